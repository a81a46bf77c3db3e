import type { ControlEvent, SessionId, Timestamp } from '#contracts';

type Of<T extends ControlEvent['type']> = Extract<ControlEvent, { type: T }>;

export interface SessionKill {
  readonly at: Timestamp;
  readonly reason: string | null;
  readonly sequence: number;
}

/** The sessions that were ended from outside; all others are in the log of sessions. */
export class SessionFold {
  readonly #killed = new Map<SessionId, SessionKill>();

  /** `null`: nobody killed it. */
  killed(sessionId: SessionId): SessionKill | null {
    return this.#killed.get(sessionId) ?? null;
  }

  kill({ data, at }: Of<'SessionKilled'>, sequence: number): void {
    if (this.#killed.has(data.sessionId)) return;
    this.#killed.set(data.sessionId, { at, reason: data.reason, sequence });
  }
}
