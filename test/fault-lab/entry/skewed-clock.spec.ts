import { skewedClock, type Skew } from './skewed-clock.js';

/** What a skewed clock shows after so many true milliseconds, counted from its beginning. */
const shown = (skew: Skew, ...looksMs: number[]): [mono: number, wall: number] => {
  let trueMs = 0;
  const right = { monotonicMs: () => 500 + trueMs, nowMs: () => 9000 + trueMs };
  const clock = skewedClock(right, skew);
  for (trueMs of looksMs) clock.monotonicMs();
  return [clock.monotonicMs() - 500, clock.nowMs() - 9000];
};

it('is right when nothing is said', () => expect(shown({}, 100)).toEqual([100, 100]));
it('runs fast on both', () => expect(shown({ rate: 1.5 }, 100)).toEqual([150, 150]));
it('drifts on the wall alone', () => expect(shown({ wallRate: 2 }, 100)).toEqual([100, 200]));
it('is ahead on the wall alone', () => expect(shown({ aheadMs: 60 }, 100)).toEqual([100, 160]));
it('steps forth and back', () => {
  const skew = { stepMs: 5000, everyMs: 100 };
  expect(shown(skew, 150)).toEqual([150, 5150]);
  expect(shown(skew, 250)).toEqual([250, 250]);
});
it('stands still on the monotonic clock while the machine is suspended', () =>
  expect(shown({ hidesGapsMs: 200 }, 10, 20, 3020, 3030)).toEqual([30, 3030]));
