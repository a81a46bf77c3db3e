import { createInbox, type Msg, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';
import { type ApiError, ConnectionLostError, ServerRefusal } from './nats-errors.js';
import { Slots } from './slots.js';

/** The server keeps at most 50 unfinished batches a stream, of all its clients together. */
const BATCHES_AT_ONCE = 12;

/** Called with `true` when the server can be reached again, with `false` when it cannot. */
export type StatusListener = (connected: boolean) => void;

/** Headers that the sender's trace adds to each message; the platform supplies it. */
export interface TraceSource {
  inject(): Record<string, string>;
  /** Runs the sending as a part of the sender's trace; what is sent meanwhile carries that part. */
  span<T>(
    name: string,
    attributes: Record<string, string | number>,
    work: () => Promise<T>,
  ): Promise<T>;
}

export interface LinkSettings {
  /** An append, a look-up or a settlement fails after so long. */
  readonly timeoutMs: number;
  readonly trace: TraceSource | null;
  /** All inboxes of this connection begin with it. */
  readonly inboxPrefix: string;
  /** The JetStream to speak to; `null` for the one of the server that this connection is on. */
  readonly jetStreamDomain: string | null;
}

export interface RequestOptions {
  /** @default the link's `timeoutMs` */
  readonly timeoutMs?: number;
  readonly headers?: MsgHdrs;
}

/**
 * The one connection, seen from inside this library. Nothing is ever sent into a broken connection to come out later:
 * whoever asks while it is down waits for it, for as long as the question itself may take.
 */
export class NatsLink {
  readonly batches = new Slots(BATCHES_AT_ONCE);
  private up = true;
  private closed = false;
  private readonly listeners = new Set<StatusListener>();

  constructor(
    readonly nc: NatsConnection,
    readonly settings: LinkSettings,
  ) {
    void this.watch();
  }

  connected(): boolean {
    return this.up;
  }

  /** What the server takes, with room for headers. */
  bodyBytesMax(): number {
    return (this.nc.info?.max_payload ?? 1_048_576) - 1_024;
  }

  /** A fresh subject that only this connection may listen to. */
  inbox(): string {
    return createInbox(this.settings.inboxPrefix);
  }

  apiSubject(verb: string): string {
    const { jetStreamDomain } = this.settings;
    return jetStreamDomain === null ? `$JS.API.${verb}` : `$JS.${jetStreamDomain}.API.${verb}`;
  }

  isClosed(): boolean {
    return this.closed;
  }

  /** Tells of changes from now on; the answer takes the listener away again. */
  onStatus(listener: StatusListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** `true` as soon as the server can be reached; `false` after `withinMs`, or when closed or no longer wanted. */
  whenConnected(withinMs: number, signal?: AbortSignal): Promise<boolean> {
    if (this.up || this.closed) return Promise.resolve(this.up);
    return new Promise((resolve) => {
      const end = (connected: boolean): void => {
        clearTimeout(timer);
        leave();
        signal?.removeEventListener('abort', abort);
        resolve(connected);
      };
      const abort = (): void => end(false);
      signal?.addEventListener('abort', abort);
      const timer = setTimeout(() => end(false), withinMs);
      const leave = this.onStatus((connected) => {
        if (connected || this.closed) end(connected);
      });
    });
  }

  /**
   * One question, one answer. Rejects with {@link ConnectionLostError} at once when the connection breaks meanwhile, and
   * after the link's `timeoutMs` where there is none: a long answer may be waited for, a lost server not so long.
   */
  async request(
    subject: string,
    body: Uint8Array | string,
    options: RequestOptions = {},
  ): Promise<Msg> {
    const withinMs = options.timeoutMs ?? this.settings.timeoutMs;
    const startedMs = performance.now();
    const connectMs = Math.min(withinMs, this.settings.timeoutMs);
    if (!(await this.whenConnected(connectMs))) throw new ConnectionLostError(false);
    const leftMs = Math.max(1, withinMs - (performance.now() - startedMs));
    let leave = (): void => undefined;
    const lost = new Promise<never>((_, refuse) => {
      leave = this.onStatus((connected) => {
        if (!connected) refuse(new ConnectionLostError(true));
      });
    });
    const answer = this.nc.request(subject, body, {
      timeout: leftMs,
      ...(options.headers ? { headers: options.headers } : {}),
    });
    answer.catch(() => undefined);
    return await Promise.race([answer, lost]).finally(() => leave());
  }

  /** A question to the JetStream API. Rejects with {@link ServerRefusal} where the server says no. */
  async api<T>(verb: string, body: object, options: RequestOptions = {}): Promise<T> {
    const text = Object.keys(body).length === 0 ? '' : JSON.stringify(body);
    const answer = await this.request(this.apiSubject(verb), text, options);
    const json = answer.json<T & { error?: ApiError }>();
    if (json.error) throw new ServerRefusal(json.error, verb);
    return json;
  }

  private async watch(): Promise<void> {
    for await (const status of this.nc.status()) {
      if (status.type === 'disconnect' || status.type === 'staleConnection') this.tell(false);
      if (status.type === 'reconnect') this.tell(true);
    }
    this.closed = true;
    this.up = true;
    this.tell(false);
  }

  private tell(connected: boolean): void {
    if (this.up === connected) return;
    this.up = connected;
    for (const listener of [...this.listeners]) listener(connected);
  }
}
