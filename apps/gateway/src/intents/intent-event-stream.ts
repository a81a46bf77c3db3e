import {
  intentLogSubject,
  intentSubject,
  type IntentEvent,
  type streamIntentEvents,
  type WorkEvent,
} from '#contracts';
import { endOf, intentWireEvents } from '#domain';
import type { EventStore, Stored } from '#event-store';
import type { Call, Logger } from '#platform';
import type { Gate } from '../gate/gate.js';
import type { HandOver } from '../gate/hand-over.js';
import type { AgentStream } from '../streams/agent-stream.js';
import type { OpenStreams } from '../streams/open-streams.js';
import { foundIntent } from './found-intent.js';
import type { IntentHistory, LoadedIntent } from './intent-history.js';

export interface IntentEventStreamOptions {
  readonly store: Pick<EventStore<WorkEvent>, 'follow'>;
  readonly history: IntentHistory;
  readonly streams: OpenStreams;
  readonly gate: Gate;
  readonly log: Logger;
}

/** The story of one intent as it is written; ends with its end. */
export class IntentEventStream {
  constructor(private readonly options: IntentEventStreamOptions) {}

  async handle(call: Call<typeof streamIntentEvents>): Promise<void> {
    const { principal, params, query, request, reply } = call;
    const { history, streams, gate } = this.options;
    const intent = await foundIntent(history, { principal, id: params.intent_id }, 'see');
    const ask =
      principal.kind === 'sa'
        ? ({ address: principal.address, act: 'read', capability: null } as const)
        : null;
    const what = 'story';
    const stream = streams.open({ principal, request, reply }, { what, ask });
    const asks = ask === null ? [] : [ask];
    const parties = ask === null ? [] : [ask.address];
    const handing = gate.handing(what, call, { asks, parties, intentId: intent.id });
    this.tell(
      { stream, handing: { ...handing, destroy: () => stream.destroy() } },
      intent,
      query.since,
    );
    if (query.wait_seconds !== undefined) closeAfter(stream, query.wait_seconds * 1000);
  }

  private tell(to: Telling, { to: place, id, submittedAt }: LoadedIntent, since: number): void {
    const { stream } = to;
    const history: IntentEvent[] = [];
    let told = since;
    const following = this.options.store.follow({
      filters: [intentSubject(place, id), intentLogSubject(place, id)],
      fromSequence: submittedAt,
      onEvents: async (events) => {
        history.push(...events.flatMap(known));
        for (const event of intentWireEvents(history)) {
          if (event.seq <= told) continue;
          told = event.seq;
          await this.send(to, event);
        }
        if (history.some((event) => endOf(event) !== null)) stream.close();
      },
    });
    following.caughtUp.catch(() => undefined);
    following.failed.catch(() => stream.close());
    const stop = (): void => {
      following.stop().catch((error: unknown) => this.options.log.warn({ err: error }, 'follower'));
    };
    if (stream.closed.aborted) stop();
    else stream.closed.addEventListener('abort', stop, { once: true });
  }

  /** Waits while nothing may move. A stop ends the stream by itself. */
  private async send({ stream, handing }: Telling, event: WireEvent): Promise<void> {
    while (!stream.closed.aborted) {
      await stream.flowing();
      const tell = (): boolean => stream.event(event.event_type, event, event.seq);
      const offered = this.options.gate.offer(handing, tell);
      if (offered.sent || offered.refusal !== null) return;
    }
  }
}

type WireEvent = ReturnType<typeof intentWireEvents>[number];

interface Telling {
  readonly stream: AgentStream;
  readonly handing: HandOver;
}

const known = ({ decoded }: Stored<WorkEvent>): IntentEvent[] =>
  decoded.known ? [decoded.event as IntentEvent] : [];

const closeAfter = (stream: AgentStream, ms: number): void => {
  const timer = setTimeout(() => stream.close(), ms);
  stream.closed.addEventListener('abort', () => clearTimeout(timer), { once: true });
};
