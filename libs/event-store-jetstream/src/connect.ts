import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { EventCodec } from '#contracts';
import {
  type EventStore,
  type KeyValue,
  LogRefusedError,
  LogUnavailableError,
  type Messaging,
  type RawLog,
  type WorkQueues,
} from '#event-store';
import { JetStreamEventStore } from './jetstream-event-store.js';
import { JetStreamKeyValue } from './jetstream-key-value.js';
import { JetStreamRawLog } from './jetstream-raw-log.js';
import { JetStreamWorkQueues } from './jetstream-work-queues.js';
import { NatsLink, type StatusListener, type TraceSource } from './nats-link.js';
import { NatsMessaging } from './nats-messaging.js';
import { eventsOf } from './stream-configs.js';

export interface NatsOptions {
  /**
   * `nats://host:port`, one or several. Of several, only these are dialled, in the order given: the near one first, and when it
   * is lost the next at once. A single one is a first address, from which the client learns of the others in its cluster.
   */
  readonly servers: string | readonly string[];
  /** No server is dialled but these, though it be one. */
  readonly onlyThese?: boolean;
  /** Shown by the server in its list of connections. */
  readonly name: string;
  readonly user?: string;
  readonly password?: string;
  /** An append, a look-up or a settlement fails after so long. @default 2000 */
  readonly timeoutMs?: number;
  /** The first connection is tried for so long. @default 10000 */
  readonly connectWithinMs?: number;
  /**
   * A connection that answers no ping for two to three times so long is dead, though nobody closed it.
   * @default 1500
   */
  readonly pingIntervalMs?: number;
  /**
   * Every inbox of this connection (answers, deliveries, reads) is `{inboxPrefix}.…`, so that the server's permissions
   * can keep users from listening to each other. @default `_INBOX.{user}`, the prefix of the mesh's own users
   */
  readonly inboxPrefix?: string;
  /**
   * The domain of the JetStream that holds the streams, for a service on a leaf node: API subjects are then
   * `$JS.{domain}.API.…`. @default the JetStream of the server dialled
   */
  readonly jetStreamDomain?: string;
  /** Adds the current trace to everything that is sent. */
  readonly trace?: TraceSource;
}

const DEFAULT_TIMEOUT_MS = 2_000;
const DEFAULT_CONNECT_MS = 10_000;
const RECONNECT_MS = { wait: 100, jitter: 150 } as const;
/** A server that does not greet within so long is left for the next one. */
const DIAL_MS = 1_000;
const DEFAULT_PING_MS = 1_500;
const PINGS_UNANSWERED_MAX = 2;
const DEFAULT_INBOX = '_INBOX';

/** One connection to NATS and everything the mesh does over it. Heals by itself until `close`. */
export class Nats {
  /** For this library only. */
  readonly link: NatsLink;

  constructor(connection: NatsConnection, options: NatsOptions) {
    this.link = new NatsLink(connection, {
      timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      trace: options.trace ?? null,
      inboxPrefix: inboxPrefixOf(options),
      jetStreamDomain: options.jetStreamDomain ?? null,
    });
  }

  eventStore<E extends { readonly id: string }>(
    stream: string,
    codec: EventCodec<E>,
  ): EventStore<E> {
    return new JetStreamEventStore(this.link, stream, { codec, events: eventsOf(stream) });
  }

  /** All that the stream holds, as it comes: for the containment protocol. */
  rawLog(stream: string): RawLog {
    return new JetStreamRawLog(this.link, stream);
  }

  messaging(): Messaging {
    return new NatsMessaging(this.link);
  }

  workQueues<E>(stream: string, codec: EventCodec<E>): WorkQueues<E> {
    return new JetStreamWorkQueues(this.link, stream, codec);
  }

  keyValue(bucket: string): KeyValue {
    return new JetStreamKeyValue(this.link, bucket);
  }

  connected(): boolean {
    return this.link.connected();
  }

  /** Tells of each loss and return of the connection; call the answer to stop listening. */
  onStatus(listener: StatusListener): () => void {
    return this.link.onStatus(listener);
  }

  serverVersion(): string {
    return this.link.nc.info?.version ?? 'unknown';
  }

  /** Lets running subscriptions finish and sends what is still unsent, then closes. */
  async drain(): Promise<void> {
    if (this.link.connected() && !this.link.nc.isClosed()) await this.link.nc.drain();
    else await this.close();
  }

  async close(): Promise<void> {
    await this.link.nc.close();
  }
}

/**
 * Connects, trying again within the time given, then stays connected for good.
 *
 * @throws LogUnavailableError when no server could be reached in time.
 * @throws LogRefusedError when the server refuses the user or the password.
 */
export const connectNats = async (options: NatsOptions): Promise<Nats> => {
  const endMs = performance.now() + (options.connectWithinMs ?? DEFAULT_CONNECT_MS);
  for (;;) {
    try {
      return new Nats(await connect(connectionOptions(options)), options);
    } catch (error) {
      if (isRefused(error)) {
        const message = `the NATS server at ${serversOf(options)} refuses user "${options.user ?? ''}"`;
        throw new LogRefusedError(`${message}: check the user and password`, { cause: error });
      }
      if (performance.now() + RECONNECT_MS.wait >= endMs) {
        const message = `no NATS server answers at ${serversOf(options)}: is it running?`;
        throw new LogUnavailableError(message, { cause: error });
      }
    }
    await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS.wait));
  }
};

/** A user whose name is no subject token has been made elsewhere, and may use any inbox. */
const inboxPrefixOf = ({ inboxPrefix, user }: NatsOptions): string => {
  if (inboxPrefix !== undefined) return inboxPrefix;
  return user !== undefined && /^[\w-]+$/.test(user) ? `${DEFAULT_INBOX}.${user}` : DEFAULT_INBOX;
};

const serversOf = ({ servers }: NatsOptions): string =>
  typeof servers === 'string' ? servers : servers.join(', ');

const isRefused = (error: unknown): boolean =>
  error instanceof Error && /authoriz|authentic/i.test(`${error.name} ${error.message}`);

const connectionOptions = (options: NatsOptions) => ({
  servers: typeof options.servers === 'string' ? options.servers : [...options.servers],
  name: options.name,
  ...(options.user === undefined ? {} : { user: options.user }),
  ...(options.password === undefined ? {} : { pass: options.password }),
  inboxPrefix: inboxPrefixOf(options),
  noRandomize: true,
  ignoreClusterUpdates:
    options.onlyThese === true ||
    (typeof options.servers !== 'string' && options.servers.length > 1),
  timeout: DIAL_MS,
  maxReconnectAttempts: -1,
  reconnectTimeWait: RECONNECT_MS.wait,
  reconnectJitter: RECONNECT_MS.jitter,
  reconnectJitterTLS: RECONNECT_MS.jitter,
  // A server that is being set up again may refuse for a moment.
  ignoreAuthErrorAbort: true,
  pingInterval: options.pingIntervalMs ?? DEFAULT_PING_MS,
  maxPingOut: PINGS_UNANSWERED_MAX,
});
