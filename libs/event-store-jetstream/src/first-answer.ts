/**
 * Asks, and asks again where no answer came in time or an attempt failed, while the earlier ones may still be answered. The
 * first answer counts.
 *
 * @param ask gets how often was asked before.
 * @param againAfterMs how long after each attempt the next one follows; there is one attempt more than that.
 * @returns rejects with the last error when every attempt has failed.
 */
export const firstAnswer = <T>(
  ask: (asked: number) => Promise<T>,
  againAfterMs: readonly number[],
): Promise<T> =>
  new Promise((resolve, reject) => {
    let asked = 0;
    let failed = 0;
    let timer: NodeJS.Timeout | undefined;
    let isOver = false;
    const next = (): void => {
      clearTimeout(timer);
      if (isOver || asked > againAfterMs.length) return;
      const gapMs = againAfterMs[asked];
      if (gapMs !== undefined) timer = setTimeout(next, gapMs);
      ask(asked).then(answered, refused);
      asked += 1;
    };
    const answered = (answer: T): void => {
      isOver = true;
      clearTimeout(timer);
      resolve(answer);
    };
    const refused = (error: unknown): void => {
      failed += 1;
      if (failed > againAfterMs.length) reject(error as Error);
      else next();
    };
    next();
  });
