import { clocksAgree } from '#domain';
import type { Clock } from '#platform';
import { readingOf } from './clock.js';

/** Time stands still but for pauses, each of which comes after one reading of either clock. */
const pausedClock = (pausesMs: readonly number[], suspended = 0): Clock => {
  const left = [...pausesMs];
  let nowMs = 1000;
  const read = (offset: number): number => {
    const value = nowMs + offset;
    nowMs += left.shift() ?? 0;
    return value;
  };
  return { monotonicMs: () => read(0), nowMs: () => read(5000 + suspended) };
};

describe('A reading of both clocks', () => {
  const before = { monoMs: 1000, wallMs: 6000 };
  it('is of one moment, though the process was paused between the two', () => {
    const reading = readingOf(pausedClock([40, 0, 0, 25, 0, 0]));
    expect(reading).toEqual({ monoMs: 1065, wallMs: 6065 });
    expect(clocksAgree(before, reading)).toBe(true);
  });
  it('still shows that a clock stood still', () =>
    expect(clocksAgree(before, readingOf(pausedClock([0, 0, 0], 30)))).toBe(false));
  it('ends on a machine that pauses it every time', () =>
    expect(readingOf(pausedClock(Array(50).fill(40))).monoMs).toBeGreaterThan(1000));
});
