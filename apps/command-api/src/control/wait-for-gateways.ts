import type { z } from 'zod';
import type { Effective, GatewayAnswer, Spread } from '#contracts';
import type { Effect } from '#domain';
import { ApiProblem } from '#platform';
import type { Control } from './control.js';

/** So long a command waits for the gateways where its body does not say. Milliseconds. */
const WAIT_MS = 1000;
const OWN_FOLD_MS_MAX = 5000;

export interface Wait {
  /** The change's place in the log, and the stop that stands there, if it is one. */
  readonly effect: Effect;
  readonly timeoutMs: number;
  /** When the command began, monotonic; `null` for a change of the past. */
  readonly sinceMs: number | null;
}

export interface GatewaysAnswer {
  readonly effective: z.infer<typeof Effective>;
  readonly gateways: readonly GatewayAnswer[];
}

/** Waits until this node has applied the change itself, and then until every gateway has, or the time is over. */
export const waitForGateways = async (control: Control, wait: Wait): Promise<GatewaysAnswer> => {
  const { log, reports } = control.parts;
  const { sequence } = wait.effect;
  if (!(await log.until(sequence, OWN_FOLD_MS_MAX))) throw notReadBack(sequence);
  await reports.waitFor(wait.effect, () => control.view.gateways(), wait.timeoutMs);
  return gatewaysNow(control, wait);
};

/** What is known of each member now, without waiting. */
export const gatewaysNow = (control: Control, wait: Omit<Wait, 'timeoutMs'>): GatewaysAnswer => {
  const gateways = control.parts.reports.answers(
    wait.effect,
    control.view.gateways(),
    wait.sinceMs,
  );
  const acked = gateways.filter(({ state }) => state === 'acked').length;
  return { effective: { acked, of: gateways.length }, gateways };
};

/** Waits for a change that is no stop, as long as such answers do, and tells who is missing. */
export const spreadOf = async (control: Control, sequence: number): Promise<Spread> => {
  const wait = { effect: { sequence, order: null }, timeoutMs: WAIT_MS, sinceMs: null };
  const { effective, gateways } = await waitForGateways(control, wait);
  const missing = gateways
    .filter(({ state }) => state === 'missing')
    .map(({ gateway, region }) => ({ gateway, region }));
  return { effective, missing };
};

const notReadBack = (sequence: number): ApiProblem =>
  new ApiProblem(
    'log_unavailable',
    'The change is in the control log, but this node could not read it back in time. Ask again to see its state.',
    { retryAfterSeconds: 1, details: { sequence } },
  );
