/** Milliseconds of the machine's one monotonic clock: readings in different processes can be compared. */
export const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;

export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));

export interface Waiting {
  readonly what: string;
  readonly withinMs: number;
  readonly everyMs?: number;
}

/**
 * Waits until a condition holds; one that throws does not hold yet.
 *
 * @throws Error that names what was waited for.
 */
export const waitFor = async (
  holds: () => boolean | Promise<boolean>,
  { what, withinMs, everyMs = 20 }: Waiting,
): Promise<void> => {
  const deadline = nowMs() + withinMs;
  let problem = '';
  while (nowMs() < deadline) {
    try {
      if (await holds()) return;
    } catch (error) {
      problem = `: ${(error as Error).message}`;
    }
    await pause(everyMs);
  }
  throw new Error(`${what} within ${withinMs} ms${problem}`);
};
