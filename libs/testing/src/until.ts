import { setTimeout as pause } from 'node:timers/promises';

export interface UntilOptions {
  /** @default 5000 */
  readonly timeoutMs?: number;
  /** @default 10 */
  readonly everyMs?: number;
  /** What is waited for, for the message of the failure. */
  readonly what?: string;
}

/** `undefined`, `null` and `false` mean "not yet". */
export type NotYet = undefined | null | false;

type Tried<T> =
  { readonly holds: true; readonly value: T } | { readonly holds: false; readonly cause?: unknown };

const attempt = async <T>(
  condition: () => T | NotYet | Promise<T | NotYet>,
): Promise<Tried<Exclude<T, NotYet>>> => {
  try {
    const value = await condition();
    const notYet = value === undefined || value === null || value === false;
    return notYet ? { holds: false } : { holds: true, value: value as Exclude<T, NotYet> };
  } catch (cause) {
    return { holds: false, cause };
  }
};

/**
 * Waits until a condition holds and returns what it returned: the way to wait for another process, instead of sleeping.
 * A condition that throws counts as "not yet"; the last thing it threw becomes the cause.
 *
 * @throws Error when the time is over.
 */
export const until = async <T>(
  condition: () => T | NotYet | Promise<T | NotYet>,
  { timeoutMs = 5000, everyMs = 10, what = condition.toString().slice(0, 200) }: UntilOptions = {},
): Promise<Exclude<T, NotYet>> => {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const tried = await attempt(condition);
    if (tried.holds) return tried.value;
    if (performance.now() > deadline) {
      throw new Error(`waited ${timeoutMs} ms in vain for: ${what}`, { cause: tried.cause });
    }
    await pause(everyMs);
  }
};
