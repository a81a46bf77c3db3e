import {
  controlEvents,
  controlSubject,
  eventCodec,
  gatewaySubject,
  type ControlEvent,
  type ControlFact,
  type GatewayId,
  type KeyId,
  type OrgName,
  type RegionName,
  type WorkspaceName,
} from '#contracts';
import { InMemoryEventStore } from '#event-store';
import {
  ApiProblem,
  createControlLog,
  followStore,
  createLogger,
  createMetrics,
  record,
  systemIds,
  type ControlLog,
} from '#platform';
import { CommandMetrics } from './command-metrics.js';
import { Control } from './control/control.js';
import type { Caller } from './control/operator.js';
import { GatewayReports } from './gateways/gateway-reports.js';
import { SilenceReactor } from './reactors/silence-reactor.js';
import { LiftCommands } from './stops/lift-commands.js';
import { StopCommands } from './stops/stop-commands.js';
import type { StopWish } from './stops/stop-wish.js';
import { gatewayJoined } from '#testing';

const selector = { org: 'acme' as OrgName };
const caller: Caller = {
  principal: {
    kind: 'op',
    keyId: 'aaaaaaaaaaaaaaaa' as KeyId,
    name: 'ada',
    org: 'acme' as OrgName,
    workspace: 'production' as WorkspaceName,
    workspaceOnly: false,
    meshWide: false,
    roles: ['operator'],
    permissions: new Set(),
  },
  traceId: 'trace',
  idempotencyKey: null,
};
const wish: StopWish = { caller, mode: 'halt', selector, details: { wait: 'none', timeout_ms: 0 } };

/** A node on a log in memory, with a clock that stands still until it is moved. */
class Node {
  nowMs = 1_000_000;
  readonly store = new InMemoryEventStore<ControlEvent>({
    codec: eventCodec<ControlEvent>(controlEvents),
    nowMs: () => this.nowMs,
  });
  readonly log: ControlLog;
  readonly reports: GatewayReports;
  readonly control: Control;

  constructor() {
    const clock = { nowMs: () => this.nowMs, monotonicMs: () => this.nowMs };
    const logger = createLogger({ service: 'spec', level: 'silent' });
    this.log = createControlLog({ source: followStore(this.store), log: logger });
    this.reports = new GatewayReports(clock);
    const { log, store, reports } = this;
    this.control = new Control({ log, store, reports, clock, ids: systemIds, logger });
  }

  async append(subject: string, fact: ControlFact): Promise<void> {
    const actor = { kind: 'system', id: 'spec', via: 'start' } as const;
    const about = { actor, org: null, workspace: null, correlationId: 'spec' };
    const event = record(fact, about, { nowMs: () => this.nowMs }, systemIds) as ControlEvent;
    const { sequence } = await this.store.append({ subject, event });
    await this.log.until(sequence, 1000);
  }

  /** A gateway that is a member and said once that it has read everything. */
  async join(id: string): Promise<void> {
    const joined = gatewayJoined(id, 1, { region: 'near' as RegionName });
    await this.append(gatewaySubject(id), joined);
    this.hear(id);
  }

  hear(id: string): void {
    const report = { gateway: id as GatewayId, region: 'near' as RegionName, boot: 1 };
    this.reports.hear({ ...report, position: this.log.view.position, receipts: [] });
  }

  members(): string[] {
    return this.log.view.gateways().map(({ gateway }) => gateway);
  }
}

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => null,
    (caught: unknown) => caught,
  );
  return error instanceof ApiProblem ? error.code : String(error);
};

describe('while the control log is away', () => {
  let node: Node;
  let stops: StopCommands;
  let lifts: LiftCommands;

  beforeEach(async () => {
    node = new Node();
    const metrics = createMetrics('spec', { processDefaults: false });
    stops = new StopCommands(node.control, new CommandMetrics(metrics, node.log.view));
    lifts = new LiftCommands(node.control);
    await node.log.start();
    await node.append(controlSubject('acme', null, 'org', 'acme'), {
      type: 'OrganizationCreated',
      data: { org: selector.org, name: 'acme', legalName: null, primaryDomain: null, metadata: {} },
    });
  });
  afterEach(() => node.log.stop());

  it('a stop and a repeat are refused with log_unavailable, and nothing stands that was not answered', async () => {
    node.store.setAvailable(false);
    expect(await codeOf(stops.order(wish))).toBe('log_unavailable');
    node.store.setAvailable(true);
    expect([...node.log.view.standing()]).toEqual([]);
    await stops.order(wish);
    node.store.setAvailable(false);
    expect(await codeOf(stops.order(wish))).toBe('log_unavailable');
  });

  it('a lift is refused with log_unavailable, and the stop stands', async () => {
    const { report } = await stops.order(wish);
    node.store.setAvailable(false);
    const order = node.log.view.order(report.order_id);
    const lift = lifts.lift({
      actor: { kind: 'operator', id: 'ada', via: 'http' },
      traceId: 'trace',
      reason: 'mended',
      cause: 'operator',
      timeoutMs: 0,
      choose: () => (order ? [order] : []),
    });
    expect(await codeOf(lift)).toBe('log_unavailable');
    expect(node.log.view.order(report.order_id)?.lift).toBeNull();
  });

  it('a lift that knows an old picture of its order is decided anew', async () => {
    const { report } = await stops.order(wish);
    const old = node.log.view.order(report.order_id);
    await stops.order(wish);
    const seen: number[] = [];
    const lifted = await lifts.lift({
      actor: { kind: 'operator', id: 'ada', via: 'http' },
      traceId: 'trace',
      reason: null,
      cause: 'operator',
      timeoutMs: 0,
      choose: () => {
        const order = seen.length === 0 ? old : node.log.view.order(report.order_id);
        seen.push(order?.lastSequence ?? 0);
        return order ? [order] : [];
      },
    });
    expect(seen).toHaveLength(2);
    expect(lifted).toMatchObject([{ state: 'lifted', changed: true }]);
  });
});

describe('silent gateways', () => {
  let node: Node;
  let reactor: SilenceReactor;

  beforeEach(async () => {
    node = new Node();
    reactor = new SilenceReactor(node.control);
    await node.log.start();
    await node.join('talker');
    await node.join('sleeper');
  });
  afterEach(() => node.log.stop());

  /** So many seconds in which only `talker` speaks. */
  const pass = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second += 1) {
      node.nowMs += 1000;
      node.hear('talker');
      await reactor.run('node-1');
    }
    await node.log.barrier();
  };

  it('are removed after half a minute, the others stay', async () => {
    await pass(29);
    expect(node.members()).toEqual(['sleeper', 'talker']);
    await pass(3);
    expect(node.members()).toEqual(['talker']);
  });

  it('are not removed by a node that was cut off itself', async () => {
    await pass(5);
    node.store.setAvailable(false);
    node.nowMs += 40_000;
    await expect(reactor.run('node-1')).rejects.toThrow();
    node.store.setAvailable(true);
    await pass(20);
    expect(node.members()).toEqual(['sleeper', 'talker']);
  });

  it('that speak again in time stay', async () => {
    await pass(25);
    node.hear('sleeper');
    await pass(25);
    expect(node.members()).toEqual(['sleeper', 'talker']);
  });
});
