import type { StopMode } from '#contracts';
import type { HealthStatus, StopProblem } from './verdict.js';

/** The words that users know for each mode: what health says and which code a refusal carries. */
export const stopWords: Readonly<
  Record<StopMode, { readonly health: HealthStatus; readonly code: StopProblem }>
> = {
  halt: { health: 'killed', code: 'agent_killed' },
  pause: { health: 'paused', code: 'agent_paused' },
  quarantine: { health: 'quarantined', code: 'agent_quarantined' },
  drain: { health: 'draining', code: 'agent_draining' },
};
