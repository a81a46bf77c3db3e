import {
  eventCodec,
  intentLogSubject,
  intentSubject,
  partsOf,
  workEvents,
  type Address,
  type IntentId,
  type WorkEvent,
  type WorkFact,
} from '#contracts';
import { InMemoryEventStore } from '#event-store';
import { createLogger, record, systemIds } from '#platform';
import { IntentHistory, type LoadedIntent } from './intent-history.js';
import { IntentLog } from './intent-log.js';

const NOW_MS = 1_800_000_000_000;
const clock = { nowMs: () => NOW_MS, monotonicMs: () => NOW_MS };
const WORKER = 'agent://acme/production/worker' as Address;
const TO = partsOf(WORKER);
const ID = '018f0000-0000-7000-8000-000000000001' as IntentId;
const actor = { kind: 'agent', id: WORKER, via: 'http' } as const;
const acting = { actor, correlationId: 'trace' };

/** A gateway's view of one intent in a log in memory, which counts what is read of it. */
class Desk {
  wholeReads = 0;
  readonly history: IntentHistory;
  readonly intents: IntentLog;

  constructor(readonly store: InMemoryEventStore<WorkEvent>) {
    this.history = new IntentHistory({
      first: (filter) => store.first(filter),
      last: (filter) => store.last(filter),
      read: (filter) => ((this.wholeReads += 1), store.read(filter)),
    });
    this.intents = new IntentLog({
      store,
      queues: { settle: () => Promise.resolve() },
      history: this.history,
      clock,
      ids: systemIds,
      log: createLogger({ service: 'spec', level: 'silent' }),
      onAnswered: () => undefined,
    });
  }

  async checkpoint(data: unknown): Promise<LoadedIntent> {
    const found = await this.history.findInProgress('acme', ID);
    if (found === null) throw new Error('the intent is gone');
    const acted = await this.intents.act(found, { type: 'CheckpointIntent', data }, acting);
    if (!acted.accepted) throw new Error(acted.rejection);
    this.history.wrote(acted.intent);
    return acted.intent;
  }
}

const event = (fact: WorkFact): WorkEvent =>
  record(fact, { ...acting, org: TO.org, workspace: TO.workspace }, clock, systemIds) as WorkEvent;

const checkpointOf = ({ state }: LoadedIntent): unknown =>
  state.status === 'open' ? state.checkpoint : 'ended';

describe('an intent in progress', () => {
  let store: InMemoryEventStore<WorkEvent>;
  let here: Desk;

  beforeEach(async () => {
    const codec = eventCodec<WorkEvent>(workEvents);
    store = new InMemoryEventStore<WorkEvent>({ codec, nowMs: clock.nowMs });
    here = new Desk(store);
    const submission = {
      intentId: ID,
      intentType: 'email.send.v1',
      correlationId: '018f0000-0000-7000-8000-000000000002',
      from: WORKER,
      to: WORKER,
      payload: {},
      replyTo: null,
      deadlineAt: null,
      maxDeliveryAttempts: 5,
      kept: {},
    };
    const submitted = event({ type: 'IntentSubmitted', data: submission } as WorkFact);
    await store.append({ subject: intentSubject(TO, ID), event: submitted });
  });

  it('is read whole once, however many checkpoints it takes', async () => {
    for (let step = 0; step < 20; step += 1) await here.checkpoint({ step });
    expect(here.wholeReads).toBe(1);
    expect(await store.read(intentLogSubject(TO, ID))).toHaveLength(20);
  });

  it('is read again when another gateway wrote meanwhile', async () => {
    await here.checkpoint({ step: 1 });
    await new Desk(store).checkpoint({ step: 2 });
    const found = await here.history.findInProgress('acme', ID);
    expect(checkpointOf(found as LoadedIntent)).toEqual({ step: 2 });
    expect(here.wholeReads).toBe(2);
  });

  it('is told whole to those who read it', async () => {
    for (let step = 0; step < 3; step += 1) await here.checkpoint({ step });
    expect((await here.history.find('acme', ID))?.history).toHaveLength(4);
  });

  it('is nothing to another org, and nothing once it is forgotten', async () => {
    await here.checkpoint({ step: 1 });
    expect(await here.history.findInProgress('other', ID)).toBeNull();
    await store.forget(intentSubject(TO, ID));
    await store.forget(intentLogSubject(TO, ID));
    expect(await here.history.findInProgress('acme', ID)).toBeNull();
  });
});
