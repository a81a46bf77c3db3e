import type { Evidence } from '#contracts';
import { formatMicro, MICRO } from '#contracts';
import { evidence, type Finding, never, NOTHING } from './finding.js';
import type { Meter, Saved } from './meter.js';
import type { Observation, SessionAct } from './observation.js';
import { shareOf } from './sum-meter.js';

/** Sessions that are measured for one agent and one rule; beyond, the oldest is forgotten. */
const SESSIONS_MAX = 1000;

/** What one agent did in each session that it named. */
export class SessionSumMeter implements Meter {
  readonly #sums = new Map<string, number>();
  /** How often people let the agent go on: from then on what was told of a session is another breach. */
  #round = 0;

  constructor(
    private readonly condition: 'session_actions' | 'session_cost',
    private readonly limit: number,
    private readonly tellFrom: number,
  ) {}

  observe({ sessions, atMs }: Observation): readonly Finding[] {
    if (sessions.length === 0) return NOTHING;
    return sessions.flatMap((act) => this.#add(act, atMs));
  }

  sessionEnded(session: string): void {
    this.#sums.delete(session);
  }

  forgive(): void {
    this.#sums.clear();
    this.#round += 1;
  }

  save(): Saved {
    return [this.#round, [...this.#sums]];
  }

  restore([round = 0, sums = []]: Saved): void {
    this.#round = round as number;
    for (const [session, sum] of sums as [string, number][]) this.#sums.set(session, sum);
  }

  #add({ session, actions, costMicro }: SessionAct, atMs: number): Finding[] {
    const amount = this.condition === 'session_actions' ? actions : costMicro;
    if (amount === 0) return [];
    const sum = this.#sumWith(session, amount);
    const share = shareOf(sum, this.limit);
    if (share < this.tellFrom) return [];
    const told = () => this.#evidence(session, sum);
    const key = this.#round === 0 ? session : `${session} ${this.#round}`;
    return [{ share, key, atMs, overInMs: never, evidence: told }];
  }

  #sumWith(session: string, amount: number): number {
    const [oldest] = this.#sums.keys();
    const isFull = this.#sums.size >= SESSIONS_MAX && !this.#sums.has(session);
    if (oldest !== undefined && isFull) this.#sums.delete(oldest);
    const sum = (this.#sums.get(session) ?? 0) + amount;
    this.#sums.set(session, sum);
    return sum;
  }

  #evidence(session: string, sum: number): Evidence {
    const { condition, limit } = this;
    const isCost = condition === 'session_cost';
    const shown = (value: number) => (isCost ? value / MICRO : value);
    const what = isCost ? `${formatMicro(sum)} dollars spent` : `${sum} actions`;
    return evidence({
      ...{ condition, measured: shown(sum), limit: shown(limit), window: 'session' },
      ...{ subject: session, says: `${what} in session ${session}` },
    });
  }
}

/** How long the sessions last that an agent began. */
export class SessionDurationMeter implements Meter {
  readonly #startedMs = new Map<string, number>();
  #nextMs = Infinity;

  constructor(
    private readonly overS: number,
    private readonly tellFrom: number,
  ) {}

  sessionStarted(session: string, atMs: number): void {
    const [oldest] = this.#startedMs.keys();
    if (oldest !== undefined && this.#startedMs.size >= SESSIONS_MAX) {
      this.#startedMs.delete(oldest);
    }
    this.#startedMs.set(session, atMs);
    this.#nextMs = Math.min(this.#nextMs, this.#tellMs(atMs));
  }

  sessionEnded(session: string): void {
    this.#startedMs.delete(session);
  }

  check(nowMs: number): readonly Finding[] {
    if (nowMs < this.#nextMs) return NOTHING;
    const found: Finding[] = [];
    this.#nextMs = Infinity;
    for (const [session, startedMs] of this.#startedMs) {
      const age = (nowMs - startedMs) / 1000;
      const share = age / this.overS;
      if (nowMs >= this.#tellMs(startedMs)) found.push(this.#finding(session, share, nowMs));
      if (share > 1) this.#startedMs.delete(session);
      else this.#nextMs = Math.min(this.#nextMs, this.#againMs(startedMs, nowMs));
    }
    return found;
  }

  save(): Saved {
    return [...this.#startedMs];
  }

  restore(saved: Saved): void {
    for (const [session, atMs] of saved as [string, number][]) this.sessionStarted(session, atMs);
  }

  #tellMs(startedMs: number): number {
    return startedMs + this.overS * 1000 * Math.min(1, this.tellFrom);
  }

  /** Once it was near, the next time is when it is over. */
  #againMs(startedMs: number, nowMs: number): number {
    const tellMs = this.#tellMs(startedMs);
    return nowMs < tellMs ? tellMs : startedMs + this.overS * 1000 + 1;
  }

  #finding(session: string, share: number, atMs: number): Finding {
    const { overS } = this;
    const lasted = Math.round(share * overS);
    const told = () =>
      evidence({
        ...{ condition: 'session_duration', measured: lasted, limit: overS, window: 'session' },
        ...{ subject: session, says: `session ${session} has lasted ${lasted} s` },
      });
    return { share, key: session, atMs, overInMs: never, evidence: told };
  }
}
