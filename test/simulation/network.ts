import type { Random } from './random.js';
import type { Schedule } from './schedule.js';

/** Messages without a stream: they may be lost, late, doubled and out of order. */
export class Network {
  readonly #blockedUntil = new Map<string, number>();
  readonly #slowUntil = new Map<string, { readonly until: number; readonly byMs: number }>();

  /** Nothing is lost unless a link is cut. */
  isLossless = false;

  /** So many of the pushes never arrive. */
  pushLoss = 0;

  constructor(
    private readonly schedule: Schedule,
    private readonly random: Random,
    private readonly baseMs: number,
  ) {}

  /** One way. */
  block(from: string, to: string, forMs: number): void {
    const key = `${from}>${to}`;
    const until = this.schedule.nowMs + forMs;
    this.#blockedUntil.set(key, Math.max(until, this.#blockedUntil.get(key) ?? 0));
  }

  /** Both ways. */
  unblock(one: string, other: string): void {
    this.#blockedUntil.delete(`${one}>${other}`);
    this.#blockedUntil.delete(`${other}>${one}`);
  }

  slow(
    from: string,
    to: string,
    slowness: { readonly byMs: number; readonly forMs: number },
  ): void {
    const until = this.schedule.nowMs + slowness.forMs;
    this.#slowUntil.set(`${from}>${to}`, { until, byMs: slowness.byMs });
  }

  heal(): void {
    this.#blockedUntil.clear();
    this.#slowUntil.clear();
  }

  isBlocked(from: string, to: string): boolean {
    return (this.#blockedUntil.get(`${from}>${to}`) ?? 0) > this.schedule.nowMs;
  }

  delayMs(from: string, to: string): number {
    const slow = this.#slowUntil.get(`${from}>${to}`);
    const extra = slow !== undefined && slow.until > this.schedule.nowMs ? slow.byMs : 0;
    const tail = this.random.chance(0.02) ? this.random.between(0, 40) : 0;
    return this.baseMs + this.random.fraction() * 2 + tail + extra * this.random.between(0.5, 1);
  }

  losesPush(): boolean {
    return this.random.chance(this.pushLoss);
  }

  send(from: string, to: string, arrive: () => void): void {
    const isLost = this.random.chance(0.002) && !this.isLossless;
    if (isLost || this.isBlocked(from, to)) return;
    this.schedule.in(this.delayMs(from, to), arrive);
    // A copy that comes when nobody thinks of it any more.
    if (this.random.chance(0.003)) this.schedule.in(this.random.between(500, 5_000), arrive);
    if (this.random.chance(0.01)) this.schedule.in(this.delayMs(from, to) * 3, arrive);
  }
}
