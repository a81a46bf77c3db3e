import { setTimeout as pause } from 'node:timers/promises';
import type { RunningServer } from '#embedded';

export interface KeptServerOptions {
  readonly name: string;
  /** Starts it; after the first time on the same port. */
  start(port: number | null): Promise<RunningServer>;
  onStarted(server: RunningServer): void;
  onEnded(server: RunningServer): void;
  /** Tells the operator, in one line. */
  say(line: string): void;
}

const FIRST_DELAY_MS = 100;
const LAST_DELAY_MS = 5000;

/** A server that is started again, on the same port, whenever it ends without being told to. */
export class KeptServer {
  private stopping = false;
  private server: Promise<RunningServer> | null = null;

  constructor(private readonly options: KeptServerOptions) {}

  /** @throws Error with the server's own words when the first start fails. */
  async start(port: number | null): Promise<RunningServer> {
    if (this.stopping) throw new Error(`${this.options.name} was told to stop`);
    this.server = this.options.start(port);
    const server = await this.server;
    this.options.onStarted(server);
    void server.exited.then((how) => this.onExit(server, how));
    return server;
  }

  /** Ends it for good, also when it is only just starting. */
  async stop(): Promise<void> {
    this.stopping = true;
    const server = await this.server?.catch(() => null);
    await server?.stop();
  }

  private async onExit(server: RunningServer, how: string): Promise<void> {
    this.options.onEnded(server);
    for (
      let delayMs = FIRST_DELAY_MS;
      !this.stopping;
      delayMs = Math.min(delayMs * 2, LAST_DELAY_MS)
    ) {
      this.options.say(`${this.options.name} ${how.split('\n')[0]}; starting it again`);
      await pause(delayMs);
      if (this.stopping) return;
      try {
        await this.start(server.port);
        return;
      } catch (error) {
        how = (error as Error).message;
      }
    }
  }
}
