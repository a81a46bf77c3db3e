import {
  checkpointIntent,
  createIntent,
  getIntent,
  listIntentEvents,
  resolveIntent,
  resumeIntent,
  streamAgentIntents,
  streamIntentEvents,
  streamQueueIntents,
  type JsonObject,
} from '#contracts';
import {
  terminalStatuses,
  type Answered,
  type Delivery,
  type IntentEvent,
  type Resolution,
  type Resolved,
  type SendIntent,
} from './agents-side.js';
import { requestOf, type Caller } from './http/caller.js';
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

/** Work: send it, take it, answer it. */
export class IntentsApi {
  private readonly transport: Transport;

  constructor(private readonly caller: Caller) {
    this.transport = caller.transport;
  }

  send(intent: SendIntent, options?: CallOptions) {
    const correlation_id = intent.correlation_id ?? this.transport.surroundings.newKey();
    return this.caller.call(createIntent, { body: { ...intent, correlation_id } }, options);
  }

  get(intentId: string, options?: CallOptions) {
    return this.caller.call(getIntent, { params: { intent_id: intentId } }, options);
  }

  events(intentId: string, since = 0, options?: CallOptions) {
    const input = { params: { intent_id: intentId }, query: { since } };
    return this.caller.call(listIntentEvents, input, options);
  }

  /** What happens to an intent, from the beginning or after `since`, until it ends. */
  async *observe(
    intentId: string,
    options: StreamOptions & { readonly since?: number } = {},
  ): AsyncGenerator<IntentEvent, void, void> {
    const params = { intent_id: intentId };
    const ask = (since: number) => requestOf(streamIntentEvents, { params, query: { since } });
    for await (const event of this.numbered<IntentEvent>(ask, options)) {
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
    const ask = deliveriesTo(address);
    let since = options.since ?? 0;
    while (options.signal?.aborted !== true) {
      try {
        for await (const delivery of this.numbered<Delivery>(ask, { ...options, since })) {
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
    return this.caller.call(resolveIntent, { params: { intent_id: intentId }, body }, options);
  }

  /** Answers a delivered intent: any object completes it, unless it says otherwise (`outcome`, `status`). */
  resume(intentId: string, answer: JsonObject, options?: CallOptions): Promise<Answered> {
    const input = { params: { intent_id: intentId }, body: answer };
    return this.caller.call(resumeIntent, input, options);
  }

  /** Saves durable progress, 64 KiB at most: the next delivery of this intent carries it. */
  checkpoint(intentId: string, data: unknown, options?: CallOptions) {
    const input = { params: { intent_id: intentId }, body: { data } };
    return this.caller.call(checkpointIntent, input, options);
  }

  private async waitIfStopped(error: unknown, { onStopped, signal }: ListenOptions): Promise<void> {
    if (!(error instanceof AgentStoppedError) || !onStopped) throw error;
    onStopped(error);
    await this.transport.surroundings.sleep(STOPPED_RETRY_MS, signal).catch(() => undefined);
  }

  private async *numbered<T extends { readonly seq: number }>(
    ask: (since: number) => Request,
    options: StreamOptions & { readonly since?: number },
  ): AsyncGenerator<T, void, void> {
    let since = options.since ?? 0;
    const from = { request: () => ask(since), lastEventId: () => null };
    for await (const frame of resumed(this.transport, from, options)) {
      if (!frame.event.startsWith('intent.')) continue;
      const event = JSON.parse(frame.data) as T;
      since = Math.max(since, event.seq);
      yield event;
    }
  }
}

const deliveriesTo = (address: string): ((since: number) => Request) => {
  const match = /^(agent|queue):\/\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(address);
  if (match === null)
    throw new TypeError(`an address like agent://org/workspace/name is needed: ${address}`);
  const [, kind, org = '', workspace = '', name = ''] = match;
  const route = kind === 'queue' ? streamQueueIntents : streamAgentIntents;
  return (since) => requestOf(route, { params: { org, workspace, name }, query: { since } });
};
