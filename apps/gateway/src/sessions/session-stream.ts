import { sessionStory, type SessionEvent, type streamSessionFeed } from '#contracts';
import type { SessionFeedEvent } from '#contracts';
import type { EventStore, Stored } from '#event-store';
import type { Call, Clock, Logger } from '#platform';
import type { Gate } from '../gate/gate.js';
import type { HandOver } from '../gate/hand-over.js';
import type { AgentStream } from '../streams/agent-stream.js';
import type { OpenStreams } from '../streams/open-streams.js';
import type { NamedSession, SessionGate } from './session-gate.js';
import { endEvent, feedEvent } from './session-views.js';

export interface SessionStreamOptions {
  readonly store: Pick<EventStore<SessionEvent>, 'follow'>;
  readonly sessions: SessionGate;
  readonly streams: OpenStreams;
  readonly gate: Gate;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Telling {
  readonly stream: AgentStream;
  readonly handing: HandOver;
  readonly named: NamedSession;
  told: number;
}

const TIMER_MS_MAX = 2_147_483_647;

/** The feed of one session as it grows; ends with the session. */
export class SessionStream {
  private readonly open = new Set<Telling>();

  constructor(private readonly options: SessionStreamOptions) {}

  async handle(call: Call<typeof streamSessionFeed>): Promise<void> {
    const { principal, params, query, request, reply } = call;
    const { sessions, streams, gate } = this.options;
    const named = await sessions.named(principal, params.session_id);
    const ask =
      principal.kind === 'sa'
        ? ({ address: principal.address, act: 'read', capability: null } as const)
        : null;
    const what = 'session feed';
    const stream = streams.open({ principal, request, reply }, { what, ask });
    const asks = ask === null ? [] : [ask];
    const handing = gate.handing(what, call, { asks, parties: asks.map(({ address }) => address) });
    const since = Math.max(query.since, lastEventId(request.headers['last-event-id']));
    const handed = { ...handing, destroy: () => stream.destroy() };
    this.tell({ stream, handing: handed, named, told: since });
    if (query.wait_seconds !== undefined) this.closeIn(stream, query.wait_seconds * 1000);
  }

  /** A session was killed: the feeds of what ended by it end. */
  review(): void {
    for (const to of this.open) if (to.named.end() !== null) void this.sayEnd(to);
  }

  private tell(to: Telling): void {
    const { stream, named } = to;
    const { subject, sequence, session } = named.found;
    this.open.add(to);
    const following = this.options.store.follow({
      filters: [sessionStory(subject)],
      fromSequence: sequence + 1,
      onEvents: (events) => this.tellAll(to, events),
    });
    const wasCompleted = named.end()?.kind === 'completed';
    following.caughtUp.then(
      () => (wasCompleted ? stream.close() : this.endIfOver(to)),
      () => undefined,
    );
    following.failed.catch(() => stream.close());
    const over = this.at(session.expiresAtMs, () => void this.endIfOver(to));
    const stop = (): void => {
      clearTimeout(over);
      this.open.delete(to);
      const { logger } = this.options;
      following.stop().catch((error: unknown) => logger.warn({ err: error }, 'follower'));
    };
    if (stream.closed.aborted) stop();
    else stream.closed.addEventListener('abort', stop, { once: true });
  }

  private async tellAll(to: Telling, events: readonly Stored<SessionEvent>[]): Promise<void> {
    for (const { decoded } of events) {
      if (!decoded.known || decoded.event.type === 'SessionStarted') continue;
      const line = feedEvent(decoded.event);
      if (line.seq === null || line.seq <= to.told) continue;
      to.told = line.seq;
      await this.send(to, line);
      if (line.event_type === 'session.completed') to.stream.close();
    }
  }

  private async endIfOver(to: Telling): Promise<void> {
    if (to.named.end() !== null) await this.sayEnd(to);
  }

  /** A kill and the clock leave no line of their own in the log. */
  private async sayEnd(to: Telling): Promise<void> {
    const end = to.named.end();
    if (end === null || end.kind === 'completed' || !this.open.delete(to)) return;
    await this.send(to, endEvent(to.named.found, end));
    to.stream.close();
  }

  /** Waits while nothing may move. A stop ends the stream by itself. */
  private async send({ stream, handing }: Telling, line: SessionFeedEvent): Promise<void> {
    while (!stream.closed.aborted) {
      await stream.flowing();
      const tell = (): boolean => stream.event(line.event_type, line, line.seq ?? undefined);
      const offered = this.options.gate.offer(handing, tell);
      if (offered.sent || offered.refusal !== null) return;
    }
  }

  private at(ms: number, run: () => void): NodeJS.Timeout {
    const leftMs = Math.max(0, ms - this.options.clock.nowMs());
    return setTimeout(run, Math.min(leftMs, TIMER_MS_MAX));
  }

  private closeIn(stream: AgentStream, ms: number): void {
    const timer = setTimeout(() => stream.close(), ms);
    stream.closed.addEventListener('abort', () => clearTimeout(timer), { once: true });
  }
}

const lastEventId = (header: string | string[] | undefined): number => {
  const seq = typeof header === 'string' ? Number(header) : 0;
  return Number.isSafeInteger(seq) && seq > 0 ? seq : 0;
};
