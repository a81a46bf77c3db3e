import type { OrderBody } from '#sdk';
import { parseDuration, parseSeconds } from '../arguments/duration.js';
import type { Flags, FlagDefinitions } from '../arguments/flags.js';
import { UsageError } from '../arguments/usage-error.js';
import { parseWait, waitOf } from '../mesh/confirmation.js';

/** For every command that waits for the gateways. */
export const waitFlags: FlagDefinitions = {
  wait: {
    value: 'FOR',
    help: 'contained (the default), committed, effective or none: what exit code 0 stands for',
  },
  timeout: { value: 'TIME', help: 'how long to wait, 30s at most (default 1s)' },
};

export const stopFlags: FlagDefinitions = {
  reason: { value: 'TEXT', help: 'why; can be given later with "estop orders reason"' },
  capability: { value: 'GLOB', help: 'only this kind of act: intent:email.* or tool:stripe.*' },
  'expires-in': { value: 'TIME', help: 'lift the stop by itself after this time, for example 10m' },
  'dry-run': { help: 'show what it would hit, and a plan; nothing is stopped' },
  plan: { value: 'PLAN', help: 'from a dry run: stop only if it still hits the same agents' },
  ...waitFlags,
  yes: { help: 'do not ask, not even before a namespace or an org is stopped' },
};

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type StopDetails = Mutable<Omit<OrderBody, 'mode' | 'selector'>>;

const WAIT_MS_MAX = 30_000;

/** The part of an order's body that flags decide. */
export const stopDetails = (flags: Flags): StopDetails => {
  const details: StopDetails = { ...waiting(flags) };
  const reason = flags.text('reason');
  if (reason !== undefined) details.reason = reason;
  const expiresIn = flags.text('expires-in');
  if (expiresIn !== undefined) details.expires_in = parseSeconds(expiresIn, 'expires-in');
  const drainFor = flags.text('drain-for');
  if (drainFor !== undefined) details.drain_seconds = parseSeconds(drainFor, 'drain-for');
  const plan = flags.text('plan');
  if (plan !== undefined) details.plan = plan;
  return details;
};

export interface Waiting {
  wait: 'contained' | 'committed' | 'none';
  timeout_ms?: number;
}

export const waiting = (flags: Flags): Waiting => {
  const wait = waitOf(parseWait(flags.text('wait')));
  const timeout = flags.text('timeout');
  if (timeout === undefined) return { wait };
  const timeoutMs = parseDuration(timeout, 'timeout');
  if (timeoutMs > WAIT_MS_MAX) throw new UsageError('--timeout is 30s at most');
  return { wait, timeout_ms: timeoutMs };
};
