import type { StopOrderedEvent } from '#containment';
import {
  controlEvents,
  controlSubject,
  eventCodec,
  type ControlEvent,
  type ControlFact,
  type KeyId,
  type OrgName,
  type StopOrderId,
  type WorkspaceName,
} from '#contracts';
import { InMemoryEventStore } from '#event-store';
import {
  ApiProblem,
  createControlLog,
  createLogger,
  createMetrics,
  record,
  systemIds,
  type ControlLog,
} from '#platform';
import { CommandMetrics } from '../command-metrics.js';
import { Control } from '../control/control.js';
import { GatewayReports } from '../gateways/gateway-reports.js';
import type { ControlNodeHere } from '../node/control-node-here.js';
import { GatewayRegions } from '../node/gateway-regions.js';
import { RepeatedStops } from './repeated-stops.js';
import { StopCommands } from './stop-commands.js';
import type { StopWish } from './stop-wish.js';

const org = 'acme' as OrgName;
const selector = { org };
const oldId = `stop_${'a'.repeat(20)}` as StopOrderId;
const actor = { kind: 'operator', id: 'ada', via: 'http' } as const;
const wish: StopWish = {
  caller: {
    principal: {
      kind: 'op',
      keyId: 'aaaaaaaaaaaaaaaa' as KeyId,
      name: 'ada',
      org,
      workspace: 'production' as WorkspaceName,
      workspaceOnly: false,
      meshWide: false,
      roles: ['operator'],
      permissions: new Set(),
    },
    actor,
    traceId: 'trace',
    idempotencyKey: null,
  },
  mode: 'halt',
  selector,
  details: { wait: 'none', timeout_ms: 0 },
};
const ordered: ControlFact = {
  type: 'StopOrdered',
  data: { orderId: oldId, mode: 'halt', selector, reason: null, expiresAt: null, drainUntil: null },
};
const lifted: ControlFact = {
  type: 'StopLifted',
  data: { orderId: oldId, reason: null, cause: 'operator' },
};

describe('a stop like one that stands', () => {
  let store: InMemoryEventStore<ControlEvent>;
  let log: ControlLog;
  let stops: StopCommands;
  let taken: StopOrderedEvent[];
  let diskTakes: boolean;

  const eventOf = (fact: ControlFact): ControlEvent => {
    const about = { actor, org, workspace: null, correlationId: 'spec' };
    return record(fact, about, { nowMs: () => 0 }, systemIds) as ControlEvent;
  };
  /** Stored, and read by this node only if it is said so. */
  const append = async (fact: ControlFact, isRead: boolean): Promise<void> => {
    const event = eventOf(fact);
    const subject = controlSubject(org, null, 'stop', oldId);
    const { sequence } = await store.append({ subject, event });
    const decoded = { known: true, event } as const;
    if (isRead) log.feed.apply({ sequence, subject, storedAtMs: 0, trace: {}, decoded });
  };

  beforeEach(() => {
    [taken, diskTakes] = [[], true];
    const codec = eventCodec<ControlEvent>(controlEvents);
    store = new InMemoryEventStore<ControlEvent>({ codec, nowMs: () => 0 });
    const logger = createLogger({ service: 'spec', level: 'silent' });
    const clock = { nowMs: () => 0, monotonicMs: () => 0 };
    log = createControlLog({
      source: {
        start: async () => undefined,
        connected: () => true,
        lastSequence: () => store.lastSequence(),
        stop: async () => undefined,
      },
      log: logger,
    });
    const node = {
      order: async (event: StopOrderedEvent): Promise<boolean> => {
        taken.push(event);
        log.feed.enforce(event);
        return diskTakes;
      },
      standing: () => null,
      until: async () => null,
    } as unknown as ControlNodeHere;
    const reports = new GatewayReports(clock);
    const parts = { log, store, reports, node, clock, ids: systemIds, logger };
    const control = new Control({ ...parts, regions: new GatewayRegions() });
    const metrics = new CommandMetrics(createMetrics('spec', { processDefaults: false }), log.view);
    stops = new StopCommands(control, new RepeatedStops(control), metrics);
  });

  it('is that order, and on record', async () => {
    await append(ordered, true);
    const { report } = await stops.order(wish);
    expect(report).toMatchObject({ order_id: oldId, changed: false });
    expect(taken).toEqual([]);
    const last = await store.last(controlSubject(org, null, 'stop', oldId));
    expect(last?.decoded).toMatchObject({ event: { type: 'StopRepeated' } });
  });

  it('is a new one where the log knows of a lift that this node has not read', async () => {
    await append(ordered, true);
    await append(lifted, false);
    const { report } = await stops.order(wish);
    expect(report).toMatchObject({ changed: true, committed: false });
    expect(report.order_id).not.toBe(oldId);
    expect(taken.map(({ data }) => data.orderId)).toEqual([report.order_id]);
  });

  it('is a new one where the log does not answer, for that one may be lifted; its repeat is not', async () => {
    await append(ordered, true);
    store.setAvailable(false);
    const { report } = await stops.order(wish);
    expect(report.order_id).not.toBe(oldId);
    const again = await stops.order(wish);
    expect(again.report).toMatchObject({ order_id: report.order_id, changed: false });
    expect(taken).toHaveLength(1);
  });

  it('of the same key is told what it did: it is the same request, asked again', async () => {
    const keyed = { ...wish, caller: { ...wish.caller, idempotencyKey: 'k1' } };
    const first = await stops.order(keyed);
    const again = await stops.order(keyed);
    expect(again.report).toMatchObject({ order_id: first.report.order_id, changed: true });
    expect(taken).toHaveLength(1);
  });

  it('that neither a disk nor the log takes is told of, though it was pushed', async () => {
    diskTakes = false;
    const problem: unknown = await stops.order(wish).catch((error: unknown) => error);
    expect(problem).toBeInstanceOf(ApiProblem);
    expect(problem).toMatchObject({
      code: 'log_unavailable',
      details: { order_id: taken[0]?.data.orderId },
    });
  });
});
