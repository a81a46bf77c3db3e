import type { Clock } from '#platform';

/** How a clock is wrong. */
export interface Skew {
  /** Seconds of the clock per second, of both clocks alike: a machine whose crystal runs fast. @default 1 */
  readonly rate?: number;
  /** Seconds of the wall clock per second of the other: somebody slews it. @default 1 */
  readonly wallRate?: number;
  /** The wall clock is ahead by so many milliseconds all the time. @default 0 */
  readonly aheadMs?: number;
  /** The wall clock jumps so many milliseconds, forth and back, … */
  readonly stepMs?: number;
  /** … each time after so many. */
  readonly everyMs?: number;
  /** A gap of more than so many milliseconds between two looks is not counted by the monotonic clock: a suspension. */
  readonly hidesGapsMs?: number;
}

const LOOK_MS = 20;

const stepAt = ({ stepMs = 0, everyMs = Infinity }: Skew, elapsedMs: number): number =>
  Math.floor(elapsedMs / everyMs) % 2 === 0 ? 0 : stepMs;

/** A clock that is wrong in the ways that clocks are, made of one that is right. */
export const skewedClock = (right: Clock, skew: Skew): Clock => {
  const { rate = 1, wallRate = 1, aheadMs = 0, hidesGapsMs = Infinity } = skew;
  const [monoFrom, wallFrom] = [right.monotonicMs(), right.nowMs()];
  let [lookedMs, hiddenMs] = [monoFrom, 0];
  const look = (): number => {
    const nowMs = right.monotonicMs();
    if (nowMs - lookedMs > hidesGapsMs) hiddenMs += nowMs - lookedMs;
    lookedMs = nowMs;
    return nowMs;
  };
  if (hidesGapsMs < Infinity) setInterval(look, LOOK_MS).unref();
  return {
    monotonicMs: () => monoFrom + (look() - hiddenMs - monoFrom) * rate,
    nowMs: () => {
      const elapsedMs = right.monotonicMs() - monoFrom;
      return wallFrom + aheadMs + elapsedMs * rate * wallRate + stepAt(skew, elapsedMs);
    },
  };
};
