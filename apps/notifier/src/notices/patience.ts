import { LogUnavailableError } from '#event-store';
import type { Logger } from '#platform';

const WAIT_MS = { min: 100, max: 5_000 } as const;

/** Repeats what the log does not take at the moment, until it does or everything ends. */
export class Patience {
  private readonly ended = new AbortController();

  constructor(private readonly log: Logger) {}

  get signal(): AbortSignal {
    return this.ended.signal;
  }

  end(): void {
    this.ended.abort();
  }

  /** @throws whatever is no trouble of the log; and that trouble too, once everything ends */
  async until<T>(work: () => Promise<T>): Promise<T> {
    for (let waitMs: number = WAIT_MS.min; ; waitMs = Math.min(waitMs * 2, WAIT_MS.max)) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof LogUnavailableError) || this.signal.aborted) throw error;
        this.log.warn({ err: error }, 'the log does not answer: trying again');
        await this.pause(waitMs);
      }
    }
  }

  /** Cut short when everything ends. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const over = (): void => {
        clearTimeout(timer);
        this.signal.removeEventListener('abort', over);
        resolve();
      };
      const timer = setTimeout(over, ms);
      if (this.signal.aborted) over();
      else this.signal.addEventListener('abort', over);
    });
  }
}
