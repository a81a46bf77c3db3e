import type { ClockReading } from '#domain';
import type { Schedule } from './schedule.js';

const WALL_START_MS = 1_800_000_000_000;

/** A machine with its two clocks, and the one process on it that can crash, stand still or be suspended. */
export class Machine {
  /** Counts the processes that ran here; `0` before the first. */
  generation = 0;
  isUp = false;
  #pausedUntilMs = 0;
  #suspendedMs = 0;
  #wallStepMs = 0;

  constructor(
    readonly name: string,
    private readonly schedule: Schedule,
    /** How fast both clocks run: 1 is true time. */
    private readonly rate: number,
  ) {}

  reading(): ClockReading {
    const { nowMs } = this.schedule;
    return {
      monoMs: (nowMs - this.#suspendedMs) * this.rate,
      wallMs: WALL_START_MS + nowMs * this.rate + this.#wallStepMs,
    };
  }

  get isPaused(): boolean {
    return this.#pausedUntilMs > this.schedule.nowMs;
  }

  /** Runs in the process, at once or when it goes on; never if it ended in between (`generation` given) or is down. */
  run(work: () => void, generation?: number): void {
    if (!this.isUp || (generation !== undefined && generation !== this.generation)) return;
    if (!this.isPaused) return work();
    this.schedule.at(this.#pausedUntilMs, () => this.run(work, generation));
  }

  /** The process stands still; its clocks go on. */
  pause(forMs: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, this.schedule.nowMs + forMs);
  }

  /** The whole machine sleeps: afterwards the monotonic clock has missed it. */
  suspend(forMs: number): void {
    if (this.isPaused) return;
    this.pause(forMs);
    this.schedule.in(forMs, () => {
      this.#suspendedMs += forMs;
    });
    // Whoever goes on at that moment reads clocks that already know.
    this.#pausedUntilMs += 0.001;
  }

  stepWallClock(byMs: number): void {
    this.#wallStepMs += byMs;
  }
}
