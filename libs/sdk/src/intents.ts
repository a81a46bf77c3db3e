import type { JsonObject } from '#contracts';
import {
  terminalStatuses,
  type Answered,
  type Delivery,
  type Intent,
  type IntentCreated,
  type IntentEvent,
  type Resolution,
  type Resolved,
  type SendIntent,
} from './agents-side.js';
import { AgentStoppedError } from './http/errors.js';
import type { CallOptions, Request, Transport } from './http/transport.js';
import { resumed, type StreamOptions } from './streams/event-stream.js';

export interface ListenOptions extends StreamOptions {
  /** Passes over deliveries up to this number; it acknowledges nothing. @default 0 */
  readonly since?: number;
  /**
   * Called when a stop holds the agent. With it, listening goes on: it asks again every second until the stop is
   * lifted. Without it, the {@link AgentStoppedError} is thrown.
   */
  readonly onStopped?: (stop: AgentStoppedError) => void;
}

/** How often a held agent asks whether it may work again, in milliseconds. */
const STOPPED_RETRY_MS = 1000;

const item = (intentId: string, rest = ''): string =>
  `/v1/intents/${encodeURIComponent(intentId)}${rest}`;

/** Work: send it, take it, answer it. */
export class IntentsApi {
  constructor(private readonly transport: Transport) {}

  send(intent: SendIntent, options?: CallOptions): Promise<IntentCreated> {
    const correlation_id = intent.correlation_id ?? this.transport.surroundings.newKey();
    const body = { ...intent, correlation_id };
    return this.transport.send({ method: 'POST', path: '/v1/intents', body }, options);
  }

  get(intentId: string, options?: CallOptions): Promise<{ ok: true; intent: Intent }> {
    return this.transport.send({ method: 'GET', path: item(intentId) }, options);
  }

  events(
    intentId: string,
    since = 0,
    options?: CallOptions,
  ): Promise<{ ok: true; events: IntentEvent[] }> {
    const path = item(intentId, '/events');
    return this.transport.send({ method: 'GET', path, query: { since } }, options);
  }

  /** What happens to an intent, from the beginning or after `since`, until it ends. */
  async *observe(
    intentId: string,
    options: StreamOptions & { readonly since?: number } = {},
  ): AsyncGenerator<IntentEvent, void, void> {
    const path = item(intentId, '/events/stream');
    for await (const event of this.numbered<IntentEvent>(path, options)) {
      yield event;
      if (terminalStatuses.includes(event.status)) return;
    }
  }

  /**
   * Work for an agent (`agent://…`) or from a shared queue (`queue://…`), for as long as it is read. It survives the loss
   * of a gateway; work that was not answered comes again, with the checkpoint that was saved for it.
   *
   * @throws AgentStoppedError when a stop holds the agent and no `onStopped` was given.
   */
  async *listen(
    address: string,
    options: ListenOptions = {},
  ): AsyncGenerator<Delivery, void, void> {
    const path = `${streamPath(address)}/intents/stream`;
    let since = options.since ?? 0;
    while (options.signal?.aborted !== true) {
      try {
        for await (const delivery of this.numbered<Delivery>(path, { ...options, since })) {
          since = delivery.seq;
          yield delivery;
        }
      } catch (error) {
        await this.waitIfStopped(error, options);
      }
    }
  }

  /** Ends an intent as its receiver, its sender or an operator. A second end is a 409 `already_ended`. */
  resolve(intentId: string, body: Resolution, options?: CallOptions): Promise<Resolved> {
    return this.post(item(intentId, '/resolve'), body, options);
  }

  /** Answers a delivered intent: any object completes it, unless it says otherwise (`outcome`, `status`). */
  resume(intentId: string, answer: JsonObject, options?: CallOptions): Promise<Answered> {
    return this.post(item(intentId, '/resume'), answer, options);
  }

  /** Saves durable progress, 64 KiB at most: the next delivery of this intent carries it. */
  checkpoint(intentId: string, data: unknown, options?: CallOptions): Promise<{ ok: true }> {
    const path = item(intentId, '/checkpoint');
    return this.transport.send({ method: 'PUT', path, body: { data } }, options);
  }

  private post<T>(path: string, body: unknown, options?: CallOptions): Promise<T> {
    return this.transport.send({ method: 'POST', path, body }, options);
  }

  private async waitIfStopped(error: unknown, { onStopped, signal }: ListenOptions): Promise<void> {
    if (!(error instanceof AgentStoppedError) || !onStopped) throw error;
    onStopped(error);
    await this.transport.surroundings.sleep(STOPPED_RETRY_MS, signal).catch(() => undefined);
  }

  private async *numbered<T extends { readonly seq: number }>(
    path: string,
    options: StreamOptions & { readonly since?: number },
  ): AsyncGenerator<T, void, void> {
    let since = options.since ?? 0;
    const request = (): Request => ({ method: 'GET', path, query: { since } });
    const from = { request, lastEventId: () => null };
    for await (const frame of resumed(this.transport, from, options)) {
      if (!frame.event.startsWith('intent.')) continue;
      const event = JSON.parse(frame.data) as T;
      since = Math.max(since, event.seq);
      yield event;
    }
  }
}

const streamPath = (address: string): string => {
  const match = /^(agent|queue):\/\/(.+)$/.exec(address);
  const kind = match?.[1] === 'queue' ? 'queues' : 'agents';
  const parts = (match?.[2] ?? address).split('/').map(encodeURIComponent);
  return `/v1/${kind}/${parts.join('/')}`;
};
