import type { PolicyAction, PolicyName } from '#contracts';
import type { Finding } from './finding.js';
import type { Observation } from './observation.js';
import type { SeenSignal } from './seen-signal.js';

/** Any JSON that a meter wrote itself. */
export type Saved = unknown[];

/** What a meter may have to know of the rule that it is for. */
export interface MeterOf {
  readonly policy: PolicyName;
  /** From 0. */
  readonly rule: number;
  readonly then: PolicyAction;
  /** Findings below this share of the limit are of no interest. */
  readonly tellFrom: number;
}

/**
 * Measures one agent for one rule. Each method tells what there is to tell at once: usually nothing. The same calls in the
 * same order always tell the same.
 */
export interface Meter {
  observe?(seen: Observation): readonly Finding[];
  /** Time has come as far as `nowMs` by the log's clock, whatever happened. */
  check?(nowMs: number): readonly Finding[];
  seed?(lastHeartbeatMs: number): void;
  signal?(signal: SeenSignal): readonly Finding[];
  /** A session ended: nothing more is told of it. */
  sessionEnded?(session: string): void;
  sessionStarted?(session: string, atMs: number): void;
  /** People let the agent go on: what was summed so far is forgiven. */
  forgive?(): void;
  save(): Saved;
  restore(saved: Saved): void;
}
