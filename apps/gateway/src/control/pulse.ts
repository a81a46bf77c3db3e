import type { Clock, Logger } from '#platform';

export interface PulseOptions {
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly log: Logger;
  /** Resolves when everything that is in the log now is applied here. */
  catchUp(): Promise<void>;
}

const BEAT_MS = 100;
/** The process did nothing for so long: it was stopped, suspended or starved. */
const STANDSTILL_MS = 700;
const AGAIN_MS = 100;

/**
 * Notices that this process stood still. What it knows is old then: a stop may lie unread behind the requests that wait
 * with it. So nothing passes until the log has been read to its end.
 */
export class Pulse {
  private lastMs: number | null = null;
  private doubts = 0;
  private proving = false;
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly options: PulseOptions) {}

  start(): void {
    this.lastMs = this.options.clock.monotonicMs();
    this.timer = setInterval(() => void this.steady(), BEAT_MS);
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.lastMs = null;
  }

  /** `false` from the first look after a standstill until the log has been read. */
  steady(): boolean {
    if (this.lastMs === null) return true;
    const nowMs = this.options.clock.monotonicMs();
    const stoodMs = nowMs - this.lastMs;
    this.lastMs = nowMs;
    if (stoodMs > STANDSTILL_MS) this.doubt(stoodMs);
    return !this.proving;
  }

  private doubt(stoodMs: number): void {
    this.doubts += 1;
    this.options.log.warn({ stood_ms: Math.round(stoodMs) }, 'stood still; reading the log first');
    if (!this.proving) void this.prove();
  }

  private async prove(): Promise<void> {
    this.proving = true;
    for (let proven = false; !proven && this.lastMs !== null;) {
      const { doubts } = this;
      try {
        await this.options.catchUp();
        // A standstill meanwhile, even one that nobody has looked at yet, needs a proof of its own.
        this.steady();
        proven = doubts === this.doubts;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS).unref());
      }
    }
    this.proving = false;
  }
}
