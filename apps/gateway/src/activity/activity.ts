import {
  activitySubject,
  orgOf,
  partsOf,
  WHOLE_ORG,
  workspaceOf,
  type ActivityFact,
  type Address,
  type Receipt,
  type Usage,
} from '#contracts';
import type { StopOrder } from '#domain';
import { record, toTimestamp, type Clock, type Ids } from '#platform';
import type { Decision } from '../gate/decisions.js';
import { byGateway, type GatewayIdentity } from '../identity.js';
import type { ActivityOutbox } from './activity-outbox.js';
import { DecisionCounts } from './decision-counts.js';
import { RecentActs } from './recent-acts.js';

export interface ActivityOptions {
  readonly identity: GatewayIdentity;
  readonly outbox: ActivityOutbox;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Whether a policy watches the agent: what it does is told at once, nearly. @default none is watched */
  watches?(address: Address): boolean;
}

const WINDOW_MS = 250;
/** Of agents that a policy watches. */
const WATCHED_WINDOW_MS = 25;
/** Where a fact of a stop on many agents is written: no agent's name begins so. */
const STOPS_TOKEN = '~stops';

/** What this gateway saw and decided, on its way to the audit: every quarter of a second, counted where it can be. */
export class Activity {
  private readonly counts = new DecisionCounts();
  private readonly recent: RecentActs;
  private windowFromMs: number;
  private timer: NodeJS.Timeout | null = null;
  /** Watched agents with news, since their last window ended. */
  private readonly watched = new Set<Address>();
  private watchedFromMs: number;
  private soon: NodeJS.Timeout | null = null;

  constructor(private readonly options: ActivityOptions) {
    this.windowFromMs = options.clock.nowMs();
    this.watchedFromMs = this.windowFromMs;
    this.recent = new RecentActs(this.windowFromMs);
  }

  start(): void {
    this.timer = setInterval(() => void this.flush(), WINDOW_MS);
  }

  async stop(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    if (this.soon !== null) clearTimeout(this.soon);
    await this.flush();
  }

  decided(decision: Decision): void {
    this.counts.add(decision, this.options.clock.nowMs());
    if (!decision.address.startsWith('queue:')) this.watch(decision.address as Address);
  }

  heartbeat(
    address: Address,
    beat: { instance: string | null; answered: string; usage: Usage | null },
  ): void {
    this.write(address, {
      type: 'HeartbeatReceived',
      data: { address, ...this.options.identity, ...beat },
    });
    this.watch(address);
  }

  /** Called right after the order was applied: what was let out before it comes first in the log, and in the fact itself. */
  stopApplied(
    order: StopOrder,
    applied: Receipt & { readonly boot: number; readonly position: number },
    covered: (address: Address) => boolean,
  ): void {
    const { region, gateway } = this.options.identity;
    this.endWindow();
    const only = 'agent' in order.selector ? order.selector.agent : null;
    const before = this.recent.before(covered, only, this.options.clock.nowMs());
    const org = orgOf(order.selector);
    const workspace = workspaceOf(order.selector);
    const agent = 'agent' in order.selector ? partsOf(order.selector.agent).name : STOPS_TOKEN;
    this.store(
      activitySubject(region, org, workspace ?? WHOLE_ORG, agent),
      { org, workspace },
      {
        type: 'StopApplied',
        data: { region, gateway, ...applied, before },
      },
    );
  }

  private async flush(): Promise<void> {
    this.endWindow();
    await this.options.outbox.flush();
  }

  /** The first news of a watched agent opens a short window for all of them. */
  private watch(address: Address): void {
    if (this.watched.has(address) || !this.options.watches?.(address)) return;
    this.watched.add(address);
    this.soon ??= setTimeout(() => void this.flushWatched(), WATCHED_WINDOW_MS);
  }

  private async flushWatched(): Promise<void> {
    this.soon = null;
    const { outbox } = this.options;
    this.endWindow(this.watched);
    this.watched.clear();
    // A round that runs already does not take these along.
    await outbox.flush();
    if (outbox.waiting > 0) await outbox.flush();
  }

  private endWindow(only?: ReadonlySet<Address>): void {
    const toMs = this.options.clock.nowMs();
    const fromMs = only === undefined ? this.windowFromMs : this.watchedFromMs;
    const window = { from: toTimestamp(Math.min(fromMs, toMs)), to: toTimestamp(toMs) };
    this.watchedFromMs = toMs;
    if (only === undefined) this.windowFromMs = toMs;
    for (const [address, { decisions, out }] of this.counts.take(only)) {
      if (out !== null) this.recent.add(address, out);
      const data = { address, ...this.options.identity, ...window, decisions: [...decisions] };
      this.write(address, { type: 'DecisionsCounted', data });
    }
  }

  private write(address: Address, fact: ActivityFact): void {
    const { org, workspace, name } = partsOf(address);
    const subject = activitySubject(this.options.identity.region, org, workspace, name);
    this.store(subject, { org, workspace }, fact);
  }

  private store(
    subject: string,
    scope: { org: string; workspace: string | null },
    fact: ActivityFact,
  ): void {
    const { identity, outbox, clock, ids } = this.options;
    outbox.add(subject, record(fact, byGateway(identity, scope), clock, ids));
  }
}
