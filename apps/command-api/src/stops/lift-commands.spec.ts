import {
  controlEvents,
  controlSubject,
  eventCodec,
  type Actor,
  type ControlEvent,
  type ControlFact,
  type OrgName,
  type StopOrderId,
} from '#contracts';
import type { StopOrder } from '#domain';
import { InMemoryEventStore } from '#event-store';
import {
  ApiProblem,
  createControlLog,
  createLogger,
  followStore,
  record,
  systemIds,
  type ControlLog,
} from '#platform';
import { Control } from '../control/control.js';
import { GatewayReports } from '../gateways/gateway-reports.js';
import type { ControlNodeHere } from '../node/control-node-here.js';
import { GatewayRegions } from '../node/gateway-regions.js';
import { ExpiryReactor } from '../reactors/expiry-reactor.js';
import { LiftCommands } from './lift-commands.js';

const org = 'acme' as OrgName;
const orderId = `stop_${'a'.repeat(20)}` as StopOrderId;
const subject = controlSubject(org, null, 'stop', orderId);
const ada: Actor = { kind: 'operator', id: 'ada', via: 'http' };
const START_MS = Date.parse('2026-01-31T03:00:00.000Z');

const ordered = (expiresAt: string | null = null): ControlFact => ({
  type: 'StopOrdered',
  data: { orderId, mode: 'halt', selector: { org }, reason: null, expiresAt, drainUntil: null },
});

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => null,
    (caught: unknown) => caught,
  );
  return error instanceof ApiProblem ? error.code : String(error);
};

describe('a lift', () => {
  let store: InMemoryEventStore<ControlEvent>;
  let log: ControlLog;
  let control: Control;
  let lifts: LiftCommands;
  const node = { id: 'node-1-aaaaaaaa', isRolledBack: false, logTimeMs: START_MS };

  const eventOf = (fact: ControlFact): ControlEvent => {
    const about = { actor: ada, org, workspace: null, correlationId: 'spec' };
    return record(fact, about, { nowMs: () => START_MS }, systemIds) as ControlEvent;
  };
  const append = async (fact: ControlFact): Promise<void> => {
    const { sequence } = await store.append({ subject, event: eventOf(fact) });
    await log.until(sequence, 1000);
  };
  const lift = (choose = () => [log.view.order(orderId)].filter((order) => order !== null)) =>
    lifts.lift({
      actor: ada,
      traceId: 'trace',
      reason: 'mended',
      cause: 'operator',
      timeoutMs: 0,
      choose,
    });

  beforeEach(async () => {
    const codec = eventCodec<ControlEvent>(controlEvents);
    store = new InMemoryEventStore<ControlEvent>({ codec, nowMs: () => START_MS });
    const logger = createLogger({ service: 'spec', level: 'silent' });
    const clock = { nowMs: () => START_MS, monotonicMs: () => START_MS };
    log = createControlLog({ source: followStore(store), log: logger });
    node.logTimeMs = START_MS;
    const here = node as unknown as ControlNodeHere;
    const reports = new GatewayReports(clock);
    const parts = { log, store, reports, clock, logger, ids: systemIds };
    control = new Control({ ...parts, node: here, regions: new GatewayRegions() });
    lifts = new LiftCommands(control);
    await log.start();
  });
  afterEach(() => log.stop());

  it('is refused while the log is away, and the stop stands', async () => {
    await append(ordered());
    store.setAvailable(false);
    expect(await codeOf(lift())).toBe('log_unavailable');
    expect(log.view.order(orderId)?.lift).toBeNull();
  });

  it('of what the log does not have yet is refused: it could be stored after its lift', async () => {
    log.feed.enforce(eventOf(ordered()) as Parameters<typeof log.feed.enforce>[0]);
    expect(await codeOf(lift())).toBe('conflict');
    expect(await store.last(subject)).toBeNull();
  });

  it('that knows an old picture of its order is decided anew', async () => {
    await append(ordered());
    const old = log.view.order(orderId) as StopOrder;
    await append({ type: 'StopRepeated', data: { orderId, reason: null } });
    const seen: number[] = [];
    const lifted = await lift(() => {
      const order = seen.length === 0 ? old : (log.view.order(orderId) as StopOrder);
      seen.push(order.lastSequence);
      return [order];
    });
    expect(seen).toHaveLength(2);
    expect(lifted).toMatchObject({ kind: 'lifted', orders: [{ state: 'lifted', changed: true }] });
  });

  it('by time happens by the clock of the log, and by no other', async () => {
    const reactor = new ExpiryReactor(control, lifts);
    await append(ordered('2026-01-31T03:00:10.000Z'));
    node.logTimeMs = START_MS + 9_999;
    await reactor.run();
    expect(log.view.order(orderId)?.lift).toBeNull();
    node.logTimeMs = START_MS + 10_000;
    await reactor.run();
    expect(log.view.order(orderId)?.lift).toMatchObject({
      cause: 'expiry',
      actor: { id: node.id },
    });
  });
});
