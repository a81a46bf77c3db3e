/** What was asked, or `late` when the time is over first. What was asked goes on, and nobody hears of it. */
export const within = async <T>(ms: number, asked: Promise<T>, late: T): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(late), ms);
  });
  return Promise.race([asked, over]).finally(() => clearTimeout(timer));
};
