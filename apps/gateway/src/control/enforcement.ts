import type { Cut, GatewayHandlers, StopOrderedEvent } from '#containment';
import { type ControlChange, covers, type StopOrder } from '#domain';
import {
  toTimestamp,
  type Clock,
  type ControlLog,
  type Logger,
  type StoredControl,
} from '#platform';
import type { Activity } from '../activity/activity.js';
import type { HeldWork } from '../deliveries/held-work.js';
import type { WorkInHand } from '../deliveries/work-in-hand.js';
import type { GatewayMetrics } from '../gateway-metrics.js';
import { BoundedMap } from '../intents/bounded-map.js';
import type { OpenStreams } from '../streams/open-streams.js';
import type { FenceWatch } from './fence-watch.js';
import type { PositionReports } from './position-reports.js';

export interface EnforcementOptions {
  readonly controlLog: ControlLog;
  readonly clock: Clock;
  readonly log: Logger;
  readonly streams: OpenStreams;
  readonly inHand: WorkInHand;
  readonly held: HeldWork;
  readonly reports: PositionReports;
  readonly fences: FenceWatch;
  readonly activity: Activity;
  readonly metrics: GatewayMetrics;
  /** `0` while this gateway is no member. */
  boot(): number;
}

type Selector = StopOrderedEvent['data']['selector'];

/** An order on its way from the first word of it to its cut, all in one turn. */
interface Enforcing {
  readonly orderId: string;
  readonly startedMs: number;
  readonly cut: Cut;
}

const CHECK_MS = 100;
const PUSHED_MAX = 10_000;
const EVERYBODY: Pick<ControlChange, 'touches'> = { touches: () => true };
const NOTHING: Cut = { streams: 0, calls: 0 };

/** Carries out what the containment protocol tells this gateway about what is open here. */
export class Enforcement implements GatewayHandlers {
  private timer: NodeJS.Timeout | null = null;
  private enforcing: Enforcing | null = null;
  private readonly untold: (() => void)[] = [];
  private readonly overdue = new Set<string>();
  /** When an order was in force that the log had not told of yet. */
  private readonly pushedAtMs = new BoundedMap<string, number>(PUSHED_MAX);

  constructor(private readonly options: EnforcementOptions) {}

  start(): void {
    this.timer = setInterval(() => {
      this.tellAll();
      this.endDrains();
    }, CHECK_MS);
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.tellAll();
  }

  apply(stored: StoredControl): void {
    this.options.controlLog.feed.apply(stored);
  }

  startOver(): void {
    this.options.controlLog.feed.startOver();
  }

  applied(position: number): void {
    this.options.controlLog.feed.applied(position);
    this.options.reports.send();
  }

  /** Right after the fold has applied the event: from here on the gate answers by it. */
  onChange(change: ControlChange, stored: StoredControl): void {
    const startedMs = this.options.clock.monotonicMs();
    if (change.revokedKeys.length > 0) this.options.streams.closeKeys(change.revokedKeys);
    const cut = this.end(change);
    if (change.ordered !== null) {
      this.enforcing = { orderId: change.ordered.orderId, startedMs, cut };
    }
    if (change.lifted !== null) this.options.held.release();
    this.measure(change, stored);
  }

  enforce(order: StopOrderedEvent): void {
    const { controlLog, clock } = this.options;
    const { ordered } = controlLog.feed.enforce(order);
    // The log told of it in this very turn, or long ago.
    if (ordered === null) return;
    this.enforcing = { orderId: ordered.orderId, startedMs: clock.monotonicMs(), cut: NOTHING };
    this.pushedAtMs.set(ordered.orderId, clock.nowMs());
    this.tell('stop in force', ordered, order.correlation_id);
  }

  cut({ data }: StopOrderedEvent): Cut {
    const now = this.end({ touches: this.covering(data.selector) });
    const own = this.enforcing?.orderId === data.orderId ? this.enforcing : null;
    this.enforcing = null;
    const cut = own === null ? now : sum(own.cut, now);
    const order = this.options.controlLog.view.order(data.orderId);
    const startedMs = own?.startedMs ?? this.options.clock.monotonicMs();
    if (order !== null) this.confirm(order, cut, startedMs);
    return cut;
  }

  wouldCut(selector: Selector): Cut {
    const { streams, inHand } = this.options;
    const covered = this.covering(selector);
    return { streams: streams.count(covered), calls: inHand.count(covered) };
  }

  fence(): void {
    this.options.fences.fence();
  }

  unfence(): void {
    this.options.fences.unfence();
  }

  rejected(what: string, sequence?: number): void {
    if (sequence !== undefined) this.options.controlLog.feed.refused(sequence);
    this.options.metrics.rejected.inc({ what });
  }

  counted(what: 'proof' | 'receipt'): void {
    const { proofs, receipts } = this.options.metrics;
    (what === 'proof' ? proofs : receipts).inc();
  }

  private end(change: Pick<ControlChange, 'touches'>): Cut {
    return {
      streams: this.options.streams.review(change),
      calls: this.options.inHand.review(change),
    };
  }

  private covering(selector: Selector): ControlChange['touches'] {
    const { view } = this.options.controlLog;
    return (address) =>
      covers(selector, { address, tags: view.agent(address as never)?.tags ?? [] });
  }

  /** For the audit. Who is no member serves nobody, so there was nothing to end. */
  private confirm(order: StopOrder, cut: Cut, startedMs: number): void {
    const { activity, boot, clock, controlLog } = this.options;
    if (boot() === 0) return;
    const { orderId, selector } = order;
    const appliedAfterMs = Math.max(0, clock.monotonicMs() - startedMs);
    const { position } = controlLog.view;
    const applied = { orderId, appliedAfterMs, cut, boot: boot(), position };
    activity.stopApplied(order, applied, this.covering(selector));
  }

  private measure({ ordered, lifted }: ControlChange, stored: StoredControl): void {
    const trace = stored.decoded.known ? stored.decoded.event.correlation_id : null;
    if (ordered !== null) this.measureStop(ordered, stored.storedAtMs, trace);
    if (lifted === null) return;
    this.observe('lift', this.options.clock.nowMs() - stored.storedAtMs);
    this.tell('lift in force', lifted, trace);
  }

  private measureStop(order: StopOrder, storedAtMs: number, trace: string | null): void {
    const pushedAtMs = this.pushedAtMs.get(order.orderId);
    this.pushedAtMs.delete(order.orderId);
    this.observe('stop', (pushedAtMs ?? this.options.clock.nowMs()) - storedAtMs);
    if (pushedAtMs === undefined) this.tell('stop in force', order, trace);
  }

  /** What was pushed may be in force before the log has it: that is no time at all. */
  private observe(change: 'stop' | 'lift', ms: number): void {
    this.options.metrics.propagation.observe({ change }, Math.max(0, ms) / 1000);
  }

  /** The trace id is the one that the operator was answered. */
  private tell(what: string, order: StopOrder, trace_id: string | null): void {
    const { log, clock } = this.options;
    if (!log.isLevelEnabled('info')) return;
    const { orderId: order_id, mode, sequence } = order;
    const at = toTimestamp(clock.nowMs());
    this.untold.push(() => log.info({ order_id, mode, sequence, trace_id, at }, what));
  }

  /** To write a line takes longer than to stop an agent: it comes after. */
  private tellAll(): void {
    for (const write of this.untold.splice(0)) write();
  }

  /** A drain past its deadline is a halt, without another word from the log. */
  private endDrains(): void {
    const nowMs = this.options.clock.nowMs();
    const standing = new Set<string>();
    let ended = false;
    for (const order of this.options.controlLog.view.standing()) {
      if (order.drainUntilMs === null || nowMs < order.drainUntilMs) continue;
      standing.add(order.orderId);
      ended ||= !this.overdue.has(order.orderId);
    }
    this.overdue.clear();
    for (const orderId of standing) this.overdue.add(orderId);
    if (ended) this.end(EVERYBODY);
  }
}

const sum = (one: Cut, other: Cut): Cut => ({
  streams: one.streams + other.streams,
  calls: one.calls + other.calls,
});
