import type { Messaging, RawLog } from '#event-store';
import { connectNats, type Nats, type NatsOptions } from './connect.js';
import { deferred } from './deferred.js';
import { WaysMessaging } from './ways-messaging.js';

export interface WaysOptions extends NatsOptions {
  /** Subjects on which everything is said again and again: they need not go all ways while one is known to be good. */
  isRepeated?(subject: string): boolean;
}

/** With so many servers one may be away for long and another freeze at that very time. */
const WAYS_MAX = 3;
/** Between two tries to reach a server for the first time; afterwards its connection heals by itself. */
const AGAIN_MS = 250;

/**
 * Connections that carry nothing but the containment protocol: one to each of the servers named, three at most, that stays
 * with its server for good, and over all of which messages go at once; and one for the log, which is at one server at a time
 * and leaves it when it is silent. A server that freezes or vanishes so takes a message's copy with it, and no message.
 *
 * Where one server is named there is one connection for both.
 */
export class Ways {
  readonly #messaging: WaysMessaging;
  readonly #first = deferred<void>();
  readonly #connections: Nats[] = [];
  #isClosed = false;

  private constructor(
    private readonly log: Nats,
    isRepeated: (subject: string) => boolean,
  ) {
    this.#messaging = new WaysMessaging({ isRepeated, nowMs: () => performance.now() });
  }

  /**
   * Resolves with the first connections; the others come when their servers do.
   *
   * @throws LogUnavailableError when no server could be reached in time.
   * @throws LogRefusedError when the server refuses the user or the password.
   */
  static async open({ isRepeated = () => false, ...options }: WaysOptions): Promise<Ways> {
    const servers = typeof options.servers === 'string' ? [options.servers] : options.servers;
    const ways = new Ways(await connectNats(options), isRepeated);
    if (servers.length < 2) {
      ways.#messaging.add(ways.log);
      return ways;
    }
    const { pingIntervalMs: _ofTheLog, ...own } = options;
    servers.slice(0, WAYS_MAX).forEach((server, at) => {
      const name = `${options.name} ${at + 1}`;
      void ways.#keep({ ...own, servers: [server], name, onlyThese: true, connectWithinMs: 0 });
    });
    await ways.#first.promise;
    return ways;
  }

  messaging(): Messaging {
    return this.#messaging;
  }

  rawLog(stream: string): RawLog {
    return this.log.rawLog(stream);
  }

  /** Whether a message can go any way at all. */
  connected(): boolean {
    return this.#messaging.connected();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([this.log, ...this.#connections].map((nats) => nats.close()));
  }

  // A server that refuses now may know this user later: the log's connection has told whether the password is right.
  async #keep(options: NatsOptions): Promise<void> {
    while (!this.#isClosed) {
      const nats = await connectNats(options).catch(() => null);
      if (nats !== null) return this.#join(nats);
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS).unref());
    }
  }

  #join(nats: Nats): void {
    if (this.#isClosed) return void nats.close();
    this.#connections.push(nats);
    this.#messaging.add(nats);
    this.#first.resolve();
  }
}
