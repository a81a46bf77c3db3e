import { fork } from 'node:child_process';
import { endProcess, identityOf, type ProcessIdentity } from '#embedded';
import { CannotStart } from '../cannot-start.js';
import type { ServiceLog } from './service-log.js';

export interface ServicePlan {
  readonly name: string;
  /** Its main file. */
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;
  /** Its first start is tried for ever, unless its configuration is bad. @default false */
  readonly mayFail?: boolean;
}

export interface ServiceWatcher {
  onStarted(name: string, identity: ProcessIdentity): void;
  onEnded(name: string, identity: ProcessIdentity): void;
  /** Tells the operator, in one line. */
  say(line: string): void;
}

const FIRST_DELAY_MS = 250;
/** No longer: while the command API is away nobody can order a stop. */
const LAST_DELAY_MS = 2000;
/** Up for so long, it counts as healthy again: the next restart is quick. */
const HEALTHY_MS = 30_000;
const FIRST_STARTS_MAX = 3;
const BAD_CONFIGURATION = 2;
/** A service ends within a second of being told to. */
const PATIENCE_MS = 1000;

/** A service in a process of its own, started again with growing pauses whenever it ends without being told to. */
export class KeptService {
  private identity: ProcessIdentity | null = null;
  private stopping = false;
  private delayMs = FIRST_DELAY_MS;
  private failedStarts = 0;
  private announced: ((url: string | null) => void) | null = null;
  private refused: ((error: Error) => void) | null = null;

  constructor(
    private readonly plan: ServicePlan,
    private readonly log: ServiceLog,
    private readonly watcher: ServiceWatcher,
  ) {}

  /**
   * Resolves with its URL when it is ready for the first time.
   *
   * @throws CannotStart with its last words when it ends again and again before that.
   */
  start(): Promise<string | null> {
    return new Promise((resolve, reject) => {
      this.announced = resolve;
      this.refused = reject;
      this.spawn();
    });
  }

  /** Ends it, by force after a second. */
  async stop(): Promise<void> {
    this.stopping = true;
    if (this.identity !== null) await endProcess(this.identity, { patienceMs: PATIENCE_MS });
    this.log.close();
  }

  private spawn(): void {
    const startedMs = performance.now();
    this.log.forgetWords();
    const child = fork(this.plan.file, [], {
      env: this.plan.env,
      execArgv: ['--enable-source-maps'],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const identity = child.pid === undefined ? null : identityOf(child.pid);
    this.identity = identity;
    if (identity !== null) this.watcher.onStarted(this.plan.name, identity);
    if (child.stdout) this.log.follow(child.stdout);
    if (child.stderr) this.log.follow(child.stderr);
    child.on('message', (message) => this.onMessage(message));
    child.once('error', (error) => this.refused?.(error));
    child.once('close', (code, signal) => {
      if (identity !== null) this.watcher.onEnded(this.plan.name, identity);
      this.onEnd(code, signal, performance.now() - startedMs);
    });
  }

  private onMessage(message: unknown): void {
    const { ready, url } = (message ?? {}) as { ready?: unknown; url?: unknown };
    if (ready !== true) return;
    this.announced?.(typeof url === 'string' ? url : null);
    this.announced = this.refused = null;
  }

  private onEnd(code: number | null, signal: NodeJS.Signals | null, upMs: number): void {
    this.identity = null;
    if (this.stopping) return;
    const how = signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
    if (this.refused !== null && this.givesUp(code)) {
      const cure =
        'mend that and start again; its whole log is in the directory logs of the data directory';
      this.refused(new CannotStart(`${this.plan.name} ${how}: ${this.log.lastWords()}`, cure));
      return;
    }
    if (upMs > HEALTHY_MS) this.delayMs = FIRST_DELAY_MS;
    setTimeout(() => this.again(how), this.delayMs);
    this.delayMs = Math.min(this.delayMs * 2, LAST_DELAY_MS);
  }

  private givesUp(code: number | null): boolean {
    this.failedStarts += 1;
    if (code === BAD_CONFIGURATION) return true;
    return this.plan.mayFail !== true && this.failedStarts >= FIRST_STARTS_MAX;
  }

  // Told only now: at a stop of the whole process group the services end a moment before we know of it.
  private again(how: string): void {
    if (this.stopping) return;
    this.watcher.say(`${this.plan.name} ${how}; starting it again`);
    this.spawn();
  }
}
