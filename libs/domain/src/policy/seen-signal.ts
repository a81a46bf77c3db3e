import type { SignalSeverity } from '#contracts';

/** A signal that concerns a watched agent. */
export interface SeenSignal {
  readonly source: string;
  readonly metric: string;
  readonly severity: SignalSeverity;
  /** The same condition has the same key, however often it is told. */
  readonly key: string;
  readonly message: string | null;
  readonly atMs: number;
}

const ranks = { info: 0, warning: 1, critical: 2 } as const;

export const atLeastAsSevere = (severity: SignalSeverity, as: SignalSeverity): boolean =>
  ranks[severity] >= ranks[as];
