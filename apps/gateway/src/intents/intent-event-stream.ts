import {
  intentLogSubject,
  intentSubject,
  type IntentEvent,
  type streamIntentEvents,
  type WorkEvent,
} from '#contracts';
import { endOf, intentWireEvents } from '#domain';
import type { EventStore, Stored } from '#event-store';
import type { Call, Logger, Sse } from '#platform';
import type { OpenStreams } from '../streams/open-streams.js';
import { foundIntent } from './found-intent.js';
import type { IntentHistory, LoadedIntent } from './intent-history.js';

export interface IntentEventStreamOptions {
  readonly store: Pick<EventStore<WorkEvent>, 'follow'>;
  readonly history: IntentHistory;
  readonly streams: OpenStreams;
  readonly log: Logger;
}

/** The story of one intent as it is written; ends with its end. */
export class IntentEventStream {
  constructor(private readonly options: IntentEventStreamOptions) {}

  async handle(call: Call<typeof streamIntentEvents>): Promise<void> {
    const { principal, params, query, reply } = call;
    const { history, streams } = this.options;
    const intent = await foundIntent(history, { principal, id: params.intent_id }, 'see');
    const ask =
      principal.kind === 'sa'
        ? ({ address: principal.address, act: 'read', capability: null } as const)
        : null;
    const sse = streams.open({ principal, reply }, ask);
    this.tell(sse, intent, query.since);
    if (query.wait_seconds !== undefined) closeAfter(sse, query.wait_seconds * 1000);
  }

  private tell(sse: Sse, { to, id, submittedAt }: LoadedIntent, since: number): void {
    const history: IntentEvent[] = [];
    let told = since;
    const following = this.options.store.follow({
      filters: [intentSubject(to, id), intentLogSubject(to, id)],
      fromSequence: submittedAt,
      onEvents: (events) => {
        history.push(...events.flatMap(known));
        for (const event of intentWireEvents(history)) {
          if (event.seq <= told) continue;
          told = event.seq;
          sse.event(event.event_type, event, event.seq);
        }
        if (history.some((event) => endOf(event) !== null)) sse.close();
      },
    });
    following.caughtUp.catch(() => undefined);
    following.failed.catch(() => sse.close());
    const stop = (): void => {
      following.stop().catch((error: unknown) => this.options.log.warn({ err: error }, 'follower'));
    };
    if (sse.closed.aborted) stop();
    else sse.closed.addEventListener('abort', stop, { once: true });
  }
}

const known = ({ decoded }: Stored<WorkEvent>): IntentEvent[] =>
  decoded.known ? [decoded.event as IntentEvent] : [];

const closeAfter = (sse: Sse, ms: number): void => {
  const timer = setTimeout(() => sse.close(), ms);
  sse.closed.addEventListener('abort', () => clearTimeout(timer), { once: true });
};
