import type { Address } from '#contracts';
import type { ControlView } from '../control/control-view.js';
import { stopWords } from './stop-words.js';
import type { HealthStatus } from './verdict.js';

/** Ages of the last heartbeat, and the share of errors, at which health changes. */
export const healthLimits = {
  healthyMsMax: 90_000,
  degradedMsMax: 300_000,
  errorsCountMin: 20,
  errorShareDegraded: 0.5,
} as const;

export interface Vitals {
  readonly view: ControlView;
  readonly address: Address;
  /** Wall-clock milliseconds; `null`: none yet. */
  readonly lastHeartbeatMs: number | null;
  /** What the agent reported in the window that is looked at. */
  readonly intents: { readonly total: number; readonly failed: number };
  readonly nowMs: number;
}

/**
 * One word for an agent's state. A stop that holds the whole agent comes first (one narrowed by a capability leaves health
 * as it is), then what its heartbeats say. After a lift nothing is known until the next heartbeat.
 */
export const healthOf = (vitals: Vitals): HealthStatus => {
  const { view, address, lastHeartbeatMs, nowMs } = vitals;
  const hold = view.strictestHold(address, null, nowMs);
  if (hold !== null) return stopWords[hold.mode].health;
  const liftedMs = view.liftedAtMs(address) ?? Number.NEGATIVE_INFINITY;
  if (lastHeartbeatMs === null || lastHeartbeatMs <= liftedMs) return 'unknown';
  return byHeartbeats(nowMs - lastHeartbeatMs, vitals.intents);
};

const byHeartbeats = (ageMs: number, { total, failed }: Vitals['intents']): HealthStatus => {
  if (ageMs > healthLimits.degradedMsMax) return 'unreachable';
  const failing =
    total >= healthLimits.errorsCountMin && failed >= total * healthLimits.errorShareDegraded;
  return failing || ageMs > healthLimits.healthyMsMax ? 'degraded' : 'healthy';
};
