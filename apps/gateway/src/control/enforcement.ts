import { type ControlChange, type ControlView, covers, type StopOrder } from '#domain';
import type { Clock, Logger, StoredControl } from '#platform';
import type { Activity } from '../activity/activity.js';
import type { HeldWork } from '../deliveries/held-work.js';
import type { WorkInHand } from '../deliveries/work-in-hand.js';
import type { Gate } from '../gate/gate.js';
import type { GatewayMetrics } from '../gateway-metrics.js';
import type { OpenStreams } from '../streams/open-streams.js';
import type { Membership } from './membership.js';
import type { PositionReports } from './position-reports.js';

export interface EnforcementOptions {
  readonly view: ControlView;
  readonly gate: Pick<Gate, 'ready'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly streams: OpenStreams;
  readonly inHand: WorkInHand;
  readonly held: HeldWork;
  readonly reports: PositionReports;
  readonly membership: Membership;
  readonly activity: Activity;
  readonly metrics: GatewayMetrics;
}

const CHECK_MS = 100;
const EVERYBODY: Pick<ControlChange, 'touches'> = { touches: () => true };

/** Carries out what a control event means for what is open here, and says so only afterwards. */
export class Enforcement {
  private timer: NodeJS.Timeout | null = null;
  private readonly overdue = new Set<string>();

  constructor(private readonly options: EnforcementOptions) {}

  start(): void {
    this.timer = setInterval(() => this.check(), CHECK_MS);
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
  }

  /** Right after the fold has applied the event: from here on the gate answers by it. */
  onChange(change: ControlChange, stored: StoredControl): void {
    const { clock, membership, streams, held } = this.options;
    const startedMs = clock.monotonicMs();
    membership.observe(change);
    if (change.revokedKeys.length > 0) streams.closeKeys(change.revokedKeys);
    const cut = this.cut(change);
    if (change.lifted !== null) held.release();
    if (!membership.member) return streams.fence();
    this.measure(change, stored);
    this.tell(change, stored);
    if (change.ordered !== null) {
      this.confirm(change.ordered, {
        position: stored.sequence,
        appliedAfterMs: Math.max(0, clock.monotonicMs() - startedMs),
        cut,
      });
    }
  }

  onApplied(): void {
    this.options.reports.send();
  }

  private cut(change: Pick<ControlChange, 'touches'>): number {
    const streams = this.options.streams.review(change);
    this.options.inHand.review(change);
    return streams;
  }

  private confirm(
    order: StopOrder,
    applied: { readonly position: number; readonly appliedAfterMs: number; readonly cut: number },
  ): void {
    const { reports, activity, membership, view } = this.options;
    const { position, appliedAfterMs } = applied;
    const receipt = {
      orderId: order.orderId,
      appliedAfterMs,
      cut: { streams: applied.cut, calls: 0 },
    };
    reports.add(receipt);
    activity.stopApplied(order, { ...receipt, boot: membership.boot, position }, (address) =>
      covers(order.selector, { address, tags: view.agent(address)?.tags ?? [] }),
    );
  }

  private measure(change: ControlChange, stored: StoredControl): void {
    if (change.ordered === null && change.lifted === null) return;
    const seconds = Math.max(0, this.options.clock.nowMs() - stored.storedAtMs) / 1000;
    this.options.metrics.propagation.observe({ change: change.ordered ? 'stop' : 'lift' }, seconds);
  }

  /** The trace id is the one that the operator was answered. */
  private tell({ ordered, lifted }: ControlChange, { sequence, decoded }: StoredControl): void {
    const order = ordered ?? lifted;
    if (order === null || !this.options.log.isLevelEnabled('info')) return;
    const trace_id = decoded.known ? decoded.event.correlation_id : null;
    const fields = { order_id: order.orderId, mode: order.mode, sequence, trace_id };
    this.options.log.info(fields, ordered === null ? 'lift in force' : 'stop in force');
  }

  private check(): void {
    if (this.options.gate.ready()) this.endDrains();
    else this.options.streams.fence();
  }

  /** A drain past its deadline is a halt, without another word from the log. */
  private endDrains(): void {
    const nowMs = this.options.clock.nowMs();
    const standing = new Set<string>();
    let ended = false;
    for (const order of this.options.view.standing()) {
      if (order.drainUntilMs === null || nowMs < order.drainUntilMs) continue;
      standing.add(order.orderId);
      ended ||= !this.overdue.has(order.orderId);
    }
    this.overdue.clear();
    for (const orderId of standing) this.overdue.add(orderId);
    if (ended) this.cut(EVERYBODY);
  }
}
