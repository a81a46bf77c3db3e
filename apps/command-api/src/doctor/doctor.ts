import { Inject, Injectable } from '@nestjs/common';
import type { Finding, LogEntryReport, NodeEntry } from '#contracts';
import type { NodeMember } from '#domain';
import { toTimestamp } from '#platform';
import { Armings } from '../canary/armings.js';
import { canaryRegionOf } from '../canary/canary-agent.js';
import { AgentEntries } from '../agents/agent-entries.js';
import { CommandMetrics } from '../command-metrics.js';
import { Control } from '../control/control.js';
import type { Caller } from '../control/operator.js';
import { gatewayEntries } from '../gateways/gateway-entries.js';
import type { Diagnosis } from './diagnosis.js';
import { findingsOf, worstFirst } from './findings.js';
import { governanceFindings } from './governance.js';
import { meshStatus, type MeshStatus } from './mesh-status.js';
import { regionEntries } from './region-entries.js';
import { maySeeOrder } from '../stops/order-access.js';

/** Canaries are not stopped at all: then nothing is known of a region but its leases. */
const OFF = 0;
const SILENT_NODE_MS = 3_000;
/** So many intervals without a passed canary are too many. */
const INTERVALS_MAX = 3;

/** How often canaries are stopped, milliseconds; `0`: never. */
export class CanaryPace {
  constructor(readonly everyMs: number) {}

  /** @default null: no canary is waited for */
  get ageSecondsMax(): number | null {
    return this.everyMs === OFF ? null : (INTERVALS_MAX * this.everyMs) / 1000;
  }
}

/** Whether the mesh could prove a stop now, as this node sees it. */
@Injectable()
export class Doctor {
  @Inject(CommandMetrics)
  private readonly metrics!: CommandMetrics;

  constructor(
    private readonly control: Control,
    private readonly armings: Armings,
    private readonly pace: CanaryPace,
    private readonly entries: AgentEntries,
  ) {}

  async examine(caller: Caller): Promise<Diagnosis> {
    const available = await this.control.catchUp();
    const gateways = gatewayEntries(this.control);
    const nodes = this.control.view.nodes().map((member) => this.node(member));
    const log = this.log(available);
    const { isMember, isRolledBack, spool } = this.control.parts.node;
    const { eventsRefused } = this.metrics;
    const self = { isMember, isRolledBack, ...spool, eventsRefused };
    const { ageSecondsMax } = this.pace;
    const regions = regionEntries({ gateways, armings: this.armings, ageSecondsMax });
    const problems = worstFirst([
      ...findingsOf({ log, nodes, gateways, regions, self, ageSecondsMax }),
      ...(await this.governance(caller)),
    ]);
    const ok = problems.every(({ severity }) => severity !== 'critical');
    const checked_at = toTimestamp(this.control.parts.clock.nowMs());
    return { ok, checked_at, problems, log, nodes, gateways, regions };
  }

  /** The same, as one colour. */
  async status(caller: Caller): Promise<MeshStatus> {
    const diagnosis = await this.examine(caller);
    return meshStatus(diagnosis, this.standing(caller));
  }

  /** Orders that the caller may see, without canaries. */
  private standing({ principal }: Caller): number {
    const orders = this.control.view.standing(principal.meshWide ? undefined : principal.org);
    return [...orders].filter(
      (order) => maySeeOrder(principal, order) && canaryRegionOf(order.selector) === null,
    ).length;
  }

  /** Of the caller's own tenancy. */
  private async governance({ principal }: Caller): Promise<Finding[]> {
    const { view, parts } = this.control;
    const stats = await this.entries.stats(principal, 'day');
    const instances =
      stats && new Map([...stats].map(([address, { last_instance }]) => [address, last_instance]));
    return governanceFindings({ view, caller: principal, nowMs: parts.clock.nowMs(), instances });
  }

  private log(available: boolean): LogEntryReport {
    const { view, parts } = this.control;
    return {
      available: available && !parts.node.isRolledBack,
      incarnation: view.incarnation,
      position: view.position,
      age_ms: rounded(parts.node.echoes.logAgeMs),
    };
  }

  private node(member: NodeMember): NodeEntry {
    const { node } = this.control.parts;
    const self = member.node === node.id;
    const echoAgeMs = node.echoes.ageOf(member.node);
    return {
      node: member.node,
      name: member.name,
      url: member.url,
      state: this.nodeState(self, echoAgeMs),
      self,
      joined_at: member.joinedAt,
      key_id: member.keyId,
      echo_age_ms: rounded(echoAgeMs),
      spooled: self ? node.spool.pending : null,
    };
  }

  /** Whether another one is ready only it can tell; that it echoes is what is seen of it. */
  private nodeState(self: boolean, echoAgeMs: number | null): NodeEntry['state'] {
    if (echoAgeMs === null || echoAgeMs > SILENT_NODE_MS) return 'silent';
    return self && !this.control.parts.node.isReady ? 'starting' : 'ready';
  }
}

const rounded = (ms: number | null): number | null =>
  ms === null ? null : Math.round(ms * 10) / 10;
