/** A span of time; an end of `null` means that it goes on. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number | null;
}

/**
 * How much time an intent has left, in milliseconds; zero or less means that it is over. The clock of a deadline stands
 * still while its receiver is paused: every paused moment since `startedMs` is given back, overlapping pauses once.
 */
export const timeLeft = (
  deadlineMs: number,
  startedMs: number,
  pauses: readonly Span[],
  nowMs: number,
): number => deadlineMs - nowMs + pausedFor(pauses, startedMs, nowMs);

const pausedFor = (pauses: readonly Span[], startedMs: number, nowMs: number): number => {
  const sorted = [...pauses].sort((a, b) => a.fromMs - b.fromMs);
  let total = 0;
  let counted = startedMs;
  for (const { fromMs, toMs } of sorted) {
    const end = Math.min(toMs ?? nowMs, nowMs);
    const start = Math.max(fromMs, counted);
    if (end <= start) continue;
    total += end - start;
    counted = end;
  }
  return total;
};
