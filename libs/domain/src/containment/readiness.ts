import { type ClockReading, elapsedMs } from './clock-reading.js';
import { READY_AFTER_MS, RETRY_AFTER_MS } from './constants.js';
import type { Membership } from './membership.js';

/**
 * A node may argue with time only once no proof can leave it out: every node that could still answer gateways knows of
 * its join, or has been without the log for longer than the echo horizon.
 *
 * After a lost disk the id that it held is still a member, or was removed without a clean leave: from outside it looks like
 * a node that is cut off and goes on answering a gateway that sees nothing else. So it must acknowledge, which it never
 * will, or its echoes must be too old to prove anything. Until then, some 60.7 s, the other ready members say `contained`.
 */
export class Readiness {
  readonly #acknowledged = new Set<string>();
  #join: { readonly sequence: number; readonly consumedAt: ClockReading } | null = null;
  #askedAt: ClockReading | null = null;
  #readyAt: ClockReading | null = null;

  constructor(private readonly me: string) {}

  /** `null`: not ready. */
  get readyAt(): ClockReading | null {
    return this.#readyAt;
  }

  get joinSequence(): number | null {
    return this.#join?.sequence ?? null;
  }

  joined(sequence: number, now: ClockReading): void {
    this.lost();
    this.#join = { sequence, consumedAt: now };
  }

  /** Not a member any more: acknowledgements of that join are void. */
  lost(): void {
    this.#acknowledged.clear();
    this.#join = null;
    this.#readyAt = null;
    this.#askedAt = null;
  }

  /** Acknowledgements of another join than the present one say nothing. */
  acknowledged(by: string, joinSequence: number): void {
    if (this.#join?.sequence === joinSequence) this.#acknowledged.add(by);
  }

  /** Looks at the time; returns whom to ask now. */
  check(membership: Membership, now: ClockReading): string[] {
    if (this.#join === null || this.#readyAt !== null) return [];
    const missing = this.#missing(membership);
    if (missing.length === 0 || elapsedMs(this.#join.consumedAt, now) >= READY_AFTER_MS) {
      this.#readyAt = now;
      return [];
    }
    if (this.#askedAt !== null && elapsedMs(this.#askedAt, now) < RETRY_AFTER_MS) return [];
    this.#askedAt = now;
    return missing;
  }

  #missing({ nodes, removedNodes }: Membership): string[] {
    const others = [...nodes, ...removedNodes].filter((node) => node !== this.me);
    return others.filter((node) => !this.#acknowledged.has(node));
  }
}
