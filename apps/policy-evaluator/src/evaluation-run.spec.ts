import {
  generateKey,
  openKey,
  signedEvent,
  type SigningKey,
  writtenControl,
  type WrittenControl,
} from '#containment';
import {
  type ActivityEvent,
  activityEvents,
  type Address,
  type ControlEvent,
  type ControlFact,
  eventCodec,
  nodeSubject,
  PolicyDocument,
  type SessionEvent,
  sessionEvents,
  type Signal,
  signalCodec,
} from '#contracts';
import { InMemoryEventStore } from '#event-store';
import { createLogger, createMetrics } from '#platform';
import { HISTORY_BEGINS_MS, recorded, stopLifted, stopOrdered, until } from '#testing';
import { EvaluationRun } from './evaluation-run.js';
import type { EvaluatorStores } from './evaluator-logs.js';
import { evaluatorMetrics } from './evaluator-metrics.js';
import type { Snapshot, SnapshotFile } from './snapshot/snapshot-file.js';

const NODE = 'n1';
const MAILER = 'agent://acme/prod/mailer' as Address;
const STOP = 'control.acme.prod.stop.a';
const clock = { nowMs: () => HISTORY_BEGINS_MS, monotonicMs: () => 0 };
const log = createLogger({ service: 'spec', level: 'silent' });
const { nowMs } = clock;
const key = openKey(generateKey());

const joined = ({ publicKey, keyId }: SigningKey): ControlFact =>
  ({
    type: 'NodeJoined',
    data: { node: NODE, name: 'n', join: 'j', publicKey, keyId, url: null },
  }) as unknown as ControlFact;
const rate = PolicyDocument.parse({
  ...{ name: 'rate', mode: 'enforce', target: { org: 'acme' } },
  rules: [{ when: { intents: { over: 100, per: 'hour' } }, then: 'halt' }],
});
const policySet = {
  type: 'PolicySet',
  data: { org: 'acme', policy: 'rate', document: rate },
} as ControlFact;
const LIFT = stopLifted('a');

describe('an evaluation of signed events', () => {
  let control: InMemoryEventStore<WrittenControl>;
  let activity: InMemoryEventStore<ActivityEvent>;
  let stores: EvaluatorStores;
  let number: number;
  let running: EvaluationRun[];

  const put = (event: ControlEvent, subject: string) =>
    control.append({ subject, event: { id: event.id, event, text: JSON.stringify(event) } });
  const next = (fact: ControlFact): ControlEvent => recorded(fact, (number += 1));
  const unsigned = (fact: ControlFact, subject = STOP) => put(next(fact), subject);
  const signed = (fact: ControlFact, subject = STOP, by = key) =>
    put(signedEvent(next(fact), NODE, by), subject);
  /** As many intents as breach the policy, of an agent that runs. */
  const tooMany = async (run: EvaluationRun): Promise<void> => {
    const at = new Date(HISTORY_BEGINS_MS).toISOString();
    const decision = { act: 'intent.send', refusedBy: null, orderId: null, subject: null };
    const data = {
      ...{ address: MAILER, region: 'us', gateway: 'us-1', from: at, to: at },
      decisions: [{ ...decision, count: 101 }],
    };
    const event = { ...next(LIFT), type: 'DecisionsCounted', data } as unknown as ActivityEvent;
    const { sequence } = await activity.append({ subject: 'activity.us.acme.prod.mailer', event });
    await until(() => run.positions.ACTIVITY === sequence);
  };
  const read = async (run: EvaluationRun) => {
    const last = await control.lastSequence();
    await until(() => run.positions.CONTROL === last);
  };
  const evaluate = async (snapshot: Snapshot | null = null): Promise<EvaluationRun> => {
    const file = { load: async () => snapshot, path: 'memory' } as unknown as SnapshotFile;
    const metrics = evaluatorMetrics(createMetrics('spec', { processDefaults: false }), clock);
    const partition = { index: 1, of: 1 };
    const onApplied = (): void => undefined;
    const run = new EvaluationRun({ stores, partition, file, metrics, clock, log, onApplied });
    running.push(run);
    await run.start();
    return run;
  };
  const standing = ({ evaluation }: EvaluationRun) => [...evaluation.view.standing()].length;

  beforeEach(async () => {
    [number, running] = [0, []];
    control = new InMemoryEventStore({ codec: writtenControl, nowMs });
    activity = new InMemoryEventStore({ codec: eventCodec<ActivityEvent>(activityEvents), nowMs });
    stores = {
      CONTROL: control,
      ACTIVITY: activity,
      SIGNALS: new InMemoryEventStore<Signal>({ codec: signalCodec, nowMs }),
      SESSIONS: new InMemoryEventStore<SessionEvent>({
        codec: eventCodec<SessionEvent>(sessionEvents),
        nowMs,
      }),
    };
    await signed(joined(key), nodeSubject(NODE));
    await unsigned(policySet, 'control.acme.policy.rate');
    await signed(stopOrdered({ agent: MAILER }, { id: 'a' }));
  });
  afterEach(() => Promise.all(running.map((run) => run.stop())));

  it.each<[string, () => Promise<unknown>, number]>([
    ['nobody signed frees nobody', () => unsigned(LIFT), 0],
    ['another key signed frees nobody', () => signed(LIFT, STOP, openKey(generateKey())), 0],
    ['a node signed frees an agent to breach again', () => signed(LIFT), 1],
  ])('a lift that %s', async (_does, lift, freed) => {
    const run = await evaluate();
    await lift();
    await read(run);
    expect(standing(run)).toBe(1 - freed);
    await tooMany(run);
    expect(run.evaluation.pending.size).toBe(freed);
  });

  it('a start from a snapshot knows the keys of what is in it, and refuses the same', async () => {
    await unsigned(LIFT);
    const first = await evaluate();
    await tooMany(first);
    const saved = JSON.parse(JSON.stringify(first.snapshot())) as Snapshot;
    await first.stop();
    const run = await evaluate(saved);
    expect(standing(run)).toBe(1);
    await unsigned(LIFT);
    await read(run);
    expect(standing(run)).toBe(1);
    await signed(LIFT);
    await read(run);
    expect(standing(run)).toBe(0);
  });
});
