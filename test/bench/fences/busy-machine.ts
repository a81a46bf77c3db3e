import { availableParallelism, cpus } from 'node:os';
import { Child } from '../child.js';
import type { BurnReport } from './burner-messages.js';

const LOOK_EVERY_MS = 500;
/** How much of the difference is made good at each look. */
const GAIN = 0.5;

/** Time that all processors spent since they started: all of it, and at rest. */
const spent = (): { readonly all: number; readonly idle: number } => {
  const times = cpus().map((cpu) => cpu.times);
  const sum = (pick: (time: (typeof times)[number]) => number): number =>
    times.reduce((total, time) => total + pick(time), 0);
  return {
    idle: sum(({ idle }) => idle),
    all: sum((time) => Object.values(time).reduce((a, b) => a + b)),
  };
};

/** Keeps the whole machine as busy as it is told, whatever else runs: one burner a processor, regulated. */
export class BusyMachine {
  private readonly burners = Array.from(
    { length: availableParallelism() },
    () => new Child<BurnReport>('fences/burner.js'),
  );
  // Asked for at once: a burner that is ready before anybody waits would not say so again.
  private readonly ready = Promise.all(this.burners.map((burner) => burner.next('ready')));
  private began = spent();
  private last = this.began;
  private share = 0;
  private timer: NodeJS.Timeout | null = null;

  /** @param load from 0 to 1 */
  constructor(private readonly load: number) {}

  async start(): Promise<void> {
    await this.ready;
    this.began = spent();
    this.last = this.began;
    this.timer = setInterval(() => this.regulate(), LOOK_EVERY_MS);
  }

  /** Ends it. @returns how busy the machine was on average, from 0 to 1 */
  async stop(): Promise<number> {
    if (this.timer !== null) clearInterval(this.timer);
    const was = busyness(this.began, spent());
    await Promise.all(this.burners.map((burner) => burner.end()));
    return was;
  }

  private regulate(): void {
    const now = spent();
    const wanted = this.share + GAIN * (this.load - busyness(this.last, now));
    this.share = Math.min(1, Math.max(0, wanted));
    this.last = now;
    for (const burner of this.burners) burner.tell({ kind: 'burn', share: this.share });
  }
}

type Spent = ReturnType<typeof spent>;

const busyness = (from: Spent, to: Spent): number =>
  to.all === from.all ? 0 : 1 - (to.idle - from.idle) / (to.all - from.all);
