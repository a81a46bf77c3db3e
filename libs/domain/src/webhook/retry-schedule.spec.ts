import { ATTEMPTS_MAX, nextTryMs } from './retry-schedule.js';

const HOUR_MS = 3_600_000;
const next = (attempt: number, more: { askedSeconds?: number; random?: number } = {}) =>
  nextTryMs({ attempt, askedSeconds: null, random: 0, ...more });

it('waits as the specification of Standard Webhooks gives for example, three days in all', () => {
  const waits = Array.from({ length: ATTEMPTS_MAX }, (_, at) => next(at + 1));
  expect(waits).toEqual([
    ...[5_000, 300_000, 1_800_000, 2 * HOUR_MS, 5 * HOUR_MS, 10 * HOUR_MS],
    ...[14 * HOUR_MS, 20 * HOUR_MS, 24 * HOUR_MS, null],
  ]);
});

it('adds up to a fifth by chance', () => expect(next(1, { random: 0.5 })).toBe(5_500));

it('waits as long as the receiver asks for, up to a day', () => {
  expect(next(1, { askedSeconds: 120 })).toBe(120_000);
  expect(next(2, { askedSeconds: 120 })).toBe(300_000);
  expect(next(1, { askedSeconds: 999_999 })).toBe(24 * HOUR_MS);
});
