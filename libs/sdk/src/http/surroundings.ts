/** What the client needs from its surroundings; each has a default, and tests hand in their own. */
export interface Surroundings {
  readonly fetch: typeof fetch;
  /** 0 ≤ random < 1, for jitter alone. */
  random(): number;
  /** Resolves after `ms`, or rejects with the signal's reason when it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** A fresh Idempotency-Key. */
  newKey(): string;
}

export const surroundingsOf = (options: Partial<Surroundings>): Surroundings => ({
  fetch: options.fetch ?? ((input, init) => fetch(input, init)),
  random: options.random ?? Math.random,
  sleep: options.sleep ?? sleep,
  newKey: options.newKey ?? (() => crypto.randomUUID()),
});

const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', abort, { once: true });
  });
