/** The story as it happens: one line per fact, with the seconds since the agents started. */
export interface Timeline {
  say(text: string): void;
  heading(text: string): void;
  seconds(): number;
}

export const createTimeline = (write: (line: string) => void, nowMs: () => number): Timeline => {
  const startedAt = nowMs();
  const seconds = (): number => (nowMs() - startedAt) / 1000;
  return {
    seconds,
    heading: (text) => write(`\n${text}`),
    say: (text) => write(`  ${seconds().toFixed(2).padStart(6)} s  ${text}`),
  };
};
