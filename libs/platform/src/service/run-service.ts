import { ConfigError } from '../config/config-error.js';
import { redact } from '../log/redact.js';

export interface RunningService {
  readonly url?: string;
  /** More for the supervisor's `ready` message: the gateway's id, the region. */
  readonly about?: Readonly<Record<string, unknown>>;
  /** Stops serving, says goodbye, lets go of everything. Cut off after a second. */
  stop(): Promise<void>;
}

export interface ServiceOptions {
  readonly name: string;
  start(): Promise<RunningService>;
}

/** The part of `process` that running a service needs; handed in by specs. */
export interface ProcessHost {
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  exit(code: number): void;
  readonly channel?: unknown;
  send?(message: unknown): unknown;
  readonly stderr: { write(text: string): unknown };
}

const STOP_MS_MAX = 900;
/** A signal to the group and one from the supervisor come together; a later one is a person's impatience. */
const SAME_SIGNAL_MS = 250;

/**
 * Runs a service as this process. Ready: `{ready: true, …}` to a supervisor over IPC. SIGTERM, SIGINT or the loss of the
 * supervisor: `stop()`, at most a second, exit 0; a later signal exits at once. A start that fails says why in plain text
 * and exits 2 for a bad configuration, else 1. A bug (an unhandled rejection or exception) exits 1.
 */
export const runService = (
  { name, start }: ServiceOptions,
  host: ProcessHost = process as unknown as ProcessHost,
): Promise<void> => new ServiceRun(name, host).run(start);

class ServiceRun {
  private running: RunningService | null = null;
  private stoppingSinceMs: number | null = null;

  constructor(
    private readonly name: string,
    private readonly host: ProcessHost,
  ) {}

  async run(start: () => Promise<RunningService>): Promise<void> {
    this.watch();
    try {
      this.running = await start();
    } catch (error) {
      this.failStart(error);
      return;
    }
    if (this.stoppingSinceMs !== null) return this.end();
    const { url, about } = this.running;
    if (this.host.channel) this.host.send?.({ ready: true, name: this.name, url, ...about });
  }

  private watch(): void {
    for (const signal of ['SIGTERM', 'SIGINT']) this.host.on(signal, () => this.onSignal());
    if (this.host.channel) this.host.on('disconnect', () => this.stop());
    for (const bug of ['unhandledRejection', 'uncaughtException']) {
      this.host.on(bug, (error) => this.die(error));
    }
  }

  private onSignal(): void {
    const { stoppingSinceMs } = this;
    if (stoppingSinceMs === null) this.stop();
    else if (performance.now() - stoppingSinceMs > SAME_SIGNAL_MS) this.host.exit(0);
  }

  private stop(): void {
    if (this.stoppingSinceMs !== null) return;
    this.stoppingSinceMs = performance.now();
    setTimeout(() => this.host.exit(0), STOP_MS_MAX).unref();
    void this.end();
  }

  private async end(): Promise<void> {
    if (this.running === null) return;
    try {
      await this.running.stop();
    } catch (error) {
      this.say(`did not stop cleanly: ${messageOf(error)}`);
    }
    this.host.exit(0);
  }

  private failStart(error: unknown): void {
    if (this.stoppingSinceMs !== null) return this.host.exit(0);
    if (error instanceof ConfigError) {
      this.say(error.message);
      return this.host.exit(2);
    }
    this.say(`cannot start: ${messageOf(error)}`);
    this.host.exit(1);
  }

  private die(error: unknown): void {
    const stack = error instanceof Error ? error.stack : undefined;
    const line = { level: 'fatal', service: this.name, msg: messageOf(error), stack };
    this.host.stderr.write(`${redact(JSON.stringify(line))}\n`);
    this.host.exit(1);
  }

  private say(text: string): void {
    this.host.stderr.write(`${redact(`${this.name}: ${text}`)}\n`);
  }
}

const messageOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message} (${messageOf(error.cause)})`;
};
