import type { ActivityFact, Address, Timestamp } from '#contracts';

/** Up to this age of the last heartbeat an agent is healthy, in milliseconds. */
export const HEALTHY_MS_MAX = 90_000;
/** Up to this age it is degraded (stale), beyond it unreachable. */
export const STALE_MS_MAX = 300_000;

export interface HealthSeen {
  readonly address: Address;
  readonly lastHeartbeatAt: Timestamp;
  /** Milliseconds since that heartbeat. */
  readonly ageMs: number;
  /** What the log said last; `null`: nothing yet. */
  readonly told: string | null;
}

export type HealthChange = ActivityFact & { readonly type: 'HealthChanged' };

/** The change to tell, or `null` when the log says already how it is. */
export const healthChange = (seen: HealthSeen): HealthChange | null => {
  const to = healthByAge(seen.ageMs);
  if (to === seen.told) return null;
  const { address, lastHeartbeatAt } = seen;
  return {
    type: 'HealthChanged',
    data: { address, from: seen.told ?? 'unknown', to, lastHeartbeatAt },
  };
};

const healthByAge = (ageMs: number): 'healthy' | 'degraded' | 'unreachable' => {
  if (ageMs <= HEALTHY_MS_MAX) return 'healthy';
  return ageMs <= STALE_MS_MAX ? 'degraded' : 'unreachable';
};
