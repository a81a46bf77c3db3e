/** So many intents may be on their way to one gateway: without a log each of them hangs for two seconds. */
const INTENTS = { min: 8, max: 32 } as const;
/** They have room of their own, so that one sees what a gateway admits also while its intents hang. */
const GUARDS_MAX = 16;
/** A guard check needs no log. One that takes so long waits for a processor, and one that takes less than half of it does not. */
const SLOW_MS = 25;
/** What was on its way when the pressure was taken back tells nothing new. */
const AGAIN_AFTER_MS = 100;

/**
 * How many requests one gateway is given at once: fewer intents where even its guard checks are slow. The hammer is to find
 * what a fault does to the mesh, not what this machine cannot carry; what it holds back is counted as not sent.
 */
export class Pressure {
  #limit: number = INTENTS.max;
  #loweredMs = -Infinity;
  readonly #inFlight = { guard: 0, intent: 0 };

  get limit(): number {
    return Math.floor(this.#limit);
  }

  /** Whether another one may go. Whoever sends it says when it `ended`. */
  takes(kind: 'guard' | 'intent'): boolean {
    if (this.#inFlight[kind] >= (kind === 'guard' ? GUARDS_MAX : this.limit)) return false;
    this.#inFlight[kind] += 1;
    return true;
  }

  ended(kind: 'guard' | 'intent'): void {
    this.#inFlight[kind] -= 1;
  }

  /** A guard check was answered, or given up. */
  felt(tookMs: number, nowMs: number): void {
    if (tookMs < SLOW_MS / 2) this.#limit = Math.min(INTENTS.max, this.#limit + 1);
    if (tookMs < SLOW_MS || nowMs - this.#loweredMs < AGAIN_AFTER_MS) return;
    this.#loweredMs = nowMs;
    this.#limit = Math.max(INTENTS.min, this.#limit / 2);
  }
}
