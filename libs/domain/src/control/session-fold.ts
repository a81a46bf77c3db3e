import type { ControlEvent, SessionId, Timestamp } from '#contracts';
import { msOf } from '../time/timestamp.js';

type Of<T extends ControlEvent['type']> = Extract<ControlEvent, { type: T }>;

export interface SessionKill {
  readonly at: Timestamp;
  readonly reason: string | null;
  readonly sequence: number;
}

/** Longer than any session lasts: what was killed so long ago is over by its duration. */
const KEPT_MS = 31 * 24 * 3_600_000;

/** The sessions that were ended from outside; all others are in the log of sessions. */
export class SessionFold {
  readonly #killed = new Map<SessionId, SessionKill>();

  /** Nobody killed any. */
  get isEmpty(): boolean {
    return this.#killed.size === 0;
  }

  /** `null`: nobody killed it. */
  killed(sessionId: SessionId): SessionKill | null {
    return this.#killed.get(sessionId) ?? null;
  }

  kill({ data, at }: Of<'SessionKilled'>, sequence: number): void {
    if (this.#killed.has(data.sessionId)) return;
    this.#killed.set(data.sessionId, { at, reason: data.reason, sequence });
    this.#forgetBefore(msOf(at) - KEPT_MS);
  }

  /** The oldest stand first. */
  #forgetBefore(ms: number): void {
    for (const [sessionId, { at }] of this.#killed) {
      if (msOf(at) >= ms) return;
      this.#killed.delete(sessionId);
    }
  }
}
