import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { nowMs } from '../time.js';
import { spawnChild, type Program } from './own-child.js';

export interface ProcessPlan {
  readonly name: string;
  /** Everything that it writes. */
  readonly logFile: string;
  program(): Program;
  /** Resolves when it is ready to be used; gets what it says over its channel. */
  ready(said: Promise<unknown>): Promise<void>;
}

/** An end that nobody asked for. */
export interface Crash {
  readonly name: string;
  readonly atMs: number;
  readonly how: string;
}

const READY_MS = 60_000;
const LAST_WORDS = 1500;

/** One real process of the mesh, that can be killed, frozen and started again on the same data. */
export class LabProcess {
  readonly crashes: Crash[] = [];
  private child: ChildProcess | null = null;
  private expected = false;
  private exited: Promise<void> = Promise.resolve();

  constructor(private readonly plan: ProcessPlan) {}

  get name(): string {
    return this.plan.name;
  }

  get pid(): number | null {
    return this.running ? (this.child?.pid ?? null) : null;
  }

  get running(): boolean {
    return this.child !== null && this.child.exitCode === null && this.child.signalCode === null;
  }

  /**
   * Resolves when it is ready.
   *
   * @throws Error with its last words when it ends, or says nothing for a minute.
   */
  async start(): Promise<void> {
    const said = this.spawn();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('not ready within a minute')), READY_MS);
    });
    const ended = this.exited.then(() => Promise.reject(new Error('it ended')));
    try {
      await Promise.race([this.plan.ready(said), ended, late]);
    } catch (error) {
      throw new Error(`${this.name}: ${(error as Error).message}\n${this.lastWords()}`, {
        cause: error,
      });
    } finally {
      clearTimeout(timer);
    }
  }

  /** SIGKILL, as a crash of the machine would end it; resolves when it is gone. */
  async kill(): Promise<void> {
    this.expected = true;
    this.child?.kill('SIGKILL');
    await this.exited;
  }

  /** Asked to end, and killed when it has not after `patienceMs`. */
  async stop(patienceMs = 2000): Promise<void> {
    if (!this.running) return;
    this.expected = true;
    this.child?.kill('SIGCONT');
    this.child?.kill('SIGTERM');
    const timer = setTimeout(() => this.child?.kill('SIGKILL'), patienceMs);
    await this.exited;
    clearTimeout(timer);
  }

  /** It is there, keeps its connections, and does nothing. */
  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.child?.kill('SIGCONT');
  }

  lastWords(): string {
    return readFileSync(this.plan.logFile, 'utf8').slice(-LAST_WORDS);
  }

  /** @returns what it says first over its channel */
  private spawn(): Promise<unknown> {
    const log = openSync(this.plan.logFile, 'a');
    const child = spawnChild(this.plan.program(), ['ignore', log, log, 'ipc']);
    closeSync(log);
    this.child = child;
    this.expected = false;
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        if (!this.expected) {
          const how = signal === null ? `exit code ${code}` : signal;
          this.crashes.push({ name: this.name, atMs: nowMs(), how });
        }
        resolve();
      });
    });
    return new Promise((resolve) => child.once('message', resolve));
  }
}
