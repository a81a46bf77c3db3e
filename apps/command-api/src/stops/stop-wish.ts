import type { OrderStopBody, Selector, StopMode, StopOrderId, Timestamp } from '#contracts';
import type { z } from 'zod';
import { invalidFields, toTimestamp } from '#platform';
import type { Caller } from '../control/operator.js';

type Details = Omit<z.infer<typeof OrderStopBody>, 'mode' | 'selector' | 'dry_run' | 'plan'>;

/** A stop that somebody wants, checked for what belongs together. */
export interface StopWish {
  readonly caller: Caller;
  readonly mode: StopMode;
  readonly selector: Selector;
  readonly details: Details;
  /** Of a stop that must not be ordered twice, whoever asks for it again. @default a new one, or that of the idempotency key */
  readonly orderId?: StopOrderId;
}

const DRAIN_SECONDS = 60;

/** @throws ApiProblem `invalid_field` where a limit does not belong to the mode */
export const checkWish = ({ mode, details }: Pick<StopWish, 'mode' | 'details'>): void => {
  if (details.drain_seconds !== undefined && mode !== 'drain') {
    throw invalidFields([
      { in: 'body', path: 'drain_seconds', message: 'belongs to mode drain only' },
    ]);
  }
  if (details.expires_in !== undefined && mode === 'quarantine') {
    const message = 'cannot be set: a quarantine ends only with its root cause written down';
    throw invalidFields([{ in: 'body', path: 'expires_in', message }]);
  }
};

export interface Limits {
  readonly expiresAt: Timestamp | null;
  readonly drainUntil: Timestamp | null;
}

export const limitsOf = ({ mode, details }: StopWish, nowMs: number): Limits => ({
  expiresAt:
    details.expires_in === undefined ? null : toTimestamp(nowMs + details.expires_in * 1000),
  drainUntil:
    mode === 'drain' ? toTimestamp(nowMs + (details.drain_seconds ?? DRAIN_SECONDS) * 1000) : null,
});
