import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Attempt, Stall } from '../judge/history.js';
import { nodeProgram, spawnChild } from '../process/own-child.js';
import { nowMs } from '../time.js';
import { attemptOf } from './attempt-row.js';
import type { HammerOrder, HammerPlan, HammerReport } from './hammer-messages.js';

const PROGRAM = fileURLToPath(new URL('./hammer-process.js', import.meta.url));
const ATTEMPTS_MAX = 3_000_000;

export interface HammerHistory {
  readonly attempts: readonly Attempt[];
  readonly skipped: number;
  readonly stalls: readonly Stall[];
}

/** The handle on the process that sends the agents' requests, and the history that it writes. */
export class Hammer {
  private readonly child: ChildProcess;
  private attempts: Attempt[] = [];
  private waiting: ((report: HammerReport) => void) | null = null;

  private constructor(private readonly plan: HammerPlan) {
    this.child = spawnChild(nodeProgram(PROGRAM), ['ignore', 'inherit', 'inherit', 'ipc']);
    this.child.on('message', (report: HammerReport) => this.take(report));
  }

  /** @throws Error when the two processes' clocks are not one clock: nothing could be judged. */
  static async start(plan: HammerPlan): Promise<Hammer> {
    const hammer = new Hammer(plan);
    const beforeMs = nowMs();
    const ready = await hammer.ask({ kind: 'setup', plan });
    const clockMs = ready.kind === 'ready' ? ready.clockMs : Number.NaN;
    if (!(clockMs >= beforeMs && clockMs <= nowMs()))
      throw new Error('the monotonic clock of this machine is not shared by its processes');
    return hammer;
  }

  begin(): void {
    this.child.send({ kind: 'start' } satisfies HammerOrder);
  }

  /** Stops sending, waits for what is on its way, and gives the history since the beginning. */
  async end(): Promise<HammerHistory> {
    const stopped = await this.ask({ kind: 'stop' });
    if (stopped.kind !== 'stopped') throw new Error('the hammer did not stop');
    const { attempts } = this;
    this.attempts = [];
    return { attempts, skipped: stopped.skipped, stalls: stopped.stalls };
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGKILL');
    await ended;
  }

  private ask(order: HammerOrder): Promise<HammerReport> {
    return new Promise((resolve, reject) => {
      this.waiting = resolve;
      this.child.once('exit', () => reject(new Error('the hammer ended')));
      this.child.send(order);
    });
  }

  private take(report: HammerReport): void {
    if (report.kind !== 'attempts') return this.waiting?.(report);
    if (this.attempts.length > ATTEMPTS_MAX)
      throw new Error('the history is full: a shorter episode');
    for (const row of report.rows) this.attempts.push(attemptOf(row, this.plan));
  }
}
