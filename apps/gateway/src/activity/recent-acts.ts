import type { Address, Before } from '#contracts';
import { toTimestamp } from '#platform';
import { RollingCount } from './rolling-count.js';

/** The last of the acts that were let out of one agent, and how many since the flush before. */
export interface OutgoingActs {
  count: number;
  lastAtMs: number;
  act: 'intent.send' | 'intent.answer' | 'guard';
  subject: string | null;
}

interface Recent {
  last: OutgoingActs;
  readonly minute: RollingCount;
  readonly hour: RollingCount;
}

/** Agents remembered, those that acted last; about one kilobyte each. */
const AGENTS_MAX = 4_096;
const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** What went out of each agent lately, so that the receipt of a stop can say it. Lives as long as the process. */
export class RecentActs {
  /** The one that acted longest ago comes first. */
  private readonly byAgent = new Map<Address, Recent>();
  /** All that went out since then is remembered. */
  private sinceMs: number;

  constructor(
    startedMs: number,
    private readonly agentsMax = AGENTS_MAX,
  ) {
    this.sinceMs = startedMs;
  }

  add(address: Address, last: OutgoingActs): void {
    const recent = this.byAgent.get(address) ?? newRecent(last);
    recent.last = last;
    recent.minute.add(last.lastAtMs, last.count);
    recent.hour.add(last.lastAtMs, last.count);
    this.byAgent.delete(address);
    this.byAgent.set(address, recent);
    this.forget();
  }

  /** @param only the one agent that the stop covers, where it is one */
  before(covered: (address: Address) => boolean, only: Address | null, nowMs: number): Before {
    let last: { readonly address: Address; readonly out: OutgoingActs } | null = null;
    let lastMinute = 0;
    let lastHour = 0;
    for (const address of only === null ? this.byAgent.keys() : [only]) {
      const recent = this.byAgent.get(address);
      if (!recent || !covered(address)) continue;
      lastMinute += recent.minute.sum(nowMs);
      lastHour += recent.hour.sum(nowMs);
      if (!last || recent.last.lastAtMs > last.out.lastAtMs) last = { address, out: recent.last };
    }
    return {
      last: last && {
        at: toTimestamp(last.out.lastAtMs),
        address: last.address,
        act: last.out.act,
        subject: last.out.subject,
      },
      lastMinute,
      lastHour,
      since: toTimestamp(Math.max(this.sinceMs, nowMs - HOUR_MS)),
    };
  }

  private forget(): void {
    if (this.byAgent.size <= this.agentsMax) return;
    const [oldest] = this.byAgent;
    if (!oldest) return;
    this.byAgent.delete(oldest[0]);
    this.sinceMs = Math.max(this.sinceMs, oldest[1].last.lastAtMs + 1);
  }
}

const newRecent = (last: OutgoingActs): Recent => ({
  last,
  minute: new RollingCount(SECOND_MS),
  hour: new RollingCount(MINUTE_MS),
});
