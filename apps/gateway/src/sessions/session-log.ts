import {
  sessionEndSubject,
  sessionMessageSubject,
  sessionStory,
  sessionSubject,
  type Principal,
  type SessionEvent,
  type SessionFact,
  type SessionId,
  type Timestamp,
} from '#contracts';
import {
  fold,
  sessionDecider,
  sessionOf,
  type Session,
  type SessionCommand,
  type SessionRejection,
} from '#domain';
import {
  UnreadableHistoryError,
  WrongSequenceError,
  type EventPage,
  type EventStore,
  type Sending,
  type Stored,
} from '#event-store';
import { canSee, record, type Clock, type Ids, type Recording } from '#platform';
import { orgScope } from '../caller.js';
import { BoundedMap } from '../intents/bounded-map.js';

/** A session and where it stands in its log. */
export interface FoundSession {
  readonly session: Session;
  readonly org: string;
  readonly workspace: string;
  /** Everything of it stands on this subject and below. */
  readonly subject: string;
  /** The place of its beginning. */
  readonly sequence: number;
}

export type StoryEvent = Exclude<SessionEvent, { type: 'SessionStarted' }>;
type StoryFact = Exclude<SessionFact, { type: 'SessionStarted' }>;
export type Written =
  | { readonly accepted: true; readonly event: StoryEvent }
  | { readonly accepted: false; readonly rejection: SessionRejection };

export interface SessionLogOptions {
  readonly store: EventStore<SessionEvent>;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** Beginnings never change, so they are remembered; at most 8 KiB of notes each. */
const REMEMBERED_MAX = 5_000;
const TRIES_MAX = 8;

/** Sessions as the log has them. */
export class SessionLog {
  private readonly remembered = new BoundedMap<SessionId, FoundSession>(REMEMBERED_MAX);
  /** Those of this gateway that write to one session wait for each other: a number is given once. */
  private readonly writing = new Map<SessionId, Promise<unknown>>();

  constructor(private readonly options: SessionLogOptions) {}

  async begin(
    fact: Extract<SessionFact, { type: 'SessionStarted' }>,
    { about, sending }: { readonly about: Recording; readonly sending: Sending },
  ): Promise<FoundSession> {
    const { store, clock, ids } = this.options;
    const subject = sessionSubject(about.org ?? '', about.workspace ?? '', fact.data.sessionId);
    const event = record(fact, about, clock, ids);
    await store.append({ subject, event, expect: { lastSequence: 0 } }, sending);
    // Its time counts from when the log stored it, which the log alone can tell.
    const stored = await store.first(subject);
    const found = stored === null ? null : this.foundIn(stored);
    if (found === null) throw new Error(`the session ${fact.data.sessionId} cannot be read back`);
    return found;
  }

  /** `null`: there is none that the caller can see. */
  async find(principal: Principal, id: SessionId): Promise<FoundSession | null> {
    const known = this.remembered.get(id) ?? (await this.look(principal, id));
    return known !== null && canSee(principal, known.org, known.workspace) ? known : null;
  }

  /** Without a look at the log; `undefined`: not known here. */
  known(id: SessionId): FoundSession | undefined {
    return this.remembered.get(id);
  }

  /** When it was completed, by the log; `null`: it was not. An end that cannot be read is an end. */
  async completion(found: FoundSession): Promise<Stored<SessionEvent> | null> {
    return this.options.store.last(sessionEndSubject(found.subject));
  }

  /** Decides on the last line of the story, and writes the next. @throws WrongSequenceError when others were first, again and again */
  write(
    found: FoundSession,
    command: SessionCommand,
    how: { readonly about: Recording; readonly sending: Sending },
  ): Promise<Written> {
    const id = found.session.sessionId;
    const turn = (this.writing.get(id) ?? Promise.resolve()).then(() =>
      this.writeInTurn(found, command, how),
    );
    const done = turn.catch(() => undefined);
    this.writing.set(id, done);
    void done.then(() => {
      if (this.writing.get(id) === done) this.writing.delete(id);
    });
    return turn;
  }

  /** Lines of the story after `since`, at most so many. */
  async page(
    { subject, sequence }: FoundSession,
    page: { readonly since: number; readonly limit: number; readonly messagesOnly: boolean },
  ): Promise<StoryEvent[]> {
    const { store } = this.options;
    const { since, limit, messagesOnly } = page;
    const before = since === 0 ? null : await store.last(sessionMessageSubject(subject, since));
    if (since > 0 && before === null) return [];
    const filter = messagesOnly ? sessionMessageSubject(subject, '*') : sessionStory(subject);
    const stored = await this.atMost(limit, filter, (before?.sequence ?? sequence) + 1);
    return stored.map(storyEvent);
  }

  private async atMost(
    limit: number,
    filter: string,
    fromSequence: number,
  ): Promise<Stored<SessionEvent>[]> {
    const found: Stored<SessionEvent>[] = [];
    for (let next: number | null = fromSequence; next !== null && found.length < limit;) {
      const page: EventPage<SessionEvent> = await this.options.store.readPage(filter, next);
      found.push(...page.events);
      next = page.next;
    }
    return found.slice(0, limit);
  }

  private async writeInTurn(
    found: FoundSession,
    command: SessionCommand,
    how: { readonly about: Recording; readonly sending: Sending },
  ): Promise<Written> {
    for (let tried = 1; ; tried += 1) {
      try {
        return await this.writeOnce(found, command, how);
      } catch (error) {
        if (!(error instanceof WrongSequenceError) || tried === TRIES_MAX) throw error;
        await new Promise((resolve) => setTimeout(resolve, 2 ** tried));
      }
    }
  }

  private async writeOnce(
    { subject }: FoundSession,
    command: SessionCommand,
    { about, sending }: { readonly about: Recording; readonly sending: Sending },
  ): Promise<Written> {
    const { store, clock, ids } = this.options;
    const last = await store.last(sessionStory(subject));
    const state = fold(sessionDecider, last === null ? [] : [storyEvent(last)]);
    const decision = sessionDecider.decide(command, state);
    if (!decision.accepted) return decision;
    const [fact] = decision.events;
    if (fact === undefined) throw new Error(`${command.type} decides silence`);
    const event = record(fact, about, clock, ids);
    const expect = { lastSequence: last?.sequence ?? 0, of: sessionStory(subject) };
    await store.append({ subject: subjectOf(subject, fact), event, expect }, sending);
    return { accepted: true, event };
  }

  private async look(principal: Principal, id: SessionId): Promise<FoundSession | null> {
    const subject =
      principal.kind === 'sa'
        ? sessionSubject(principal.org, principal.workspace, id)
        : sessionSubject(orgScope(principal), '*', id);
    const stored = await this.options.store.first(subject);
    return stored === null ? null : this.foundIn(stored);
  }

  /** From the log, wherever it came from. `null` for what this build cannot read: nobody can work in it here. */
  foundIn({ decoded, subject, sequence, storedAtMs }: Stored<SessionEvent>): FoundSession | null {
    if (!decoded.known || decoded.event.type !== 'SessionStarted') return null;
    const { data } = decoded.event;
    const [, org = '', workspace = ''] = subject.split('.');
    const found = { session: sessionOf(data, storedAtMs), org, workspace, subject, sequence };
    this.remembered.set(data.sessionId, found);
    return found;
  }
}

const subjectOf = (session: string, fact: StoryFact): string =>
  fact.type === 'SessionCompleted'
    ? sessionEndSubject(session)
    : sessionMessageSubject(session, fact.data.seq);

/** @throws UnreadableHistoryError for what a newer build wrote: nothing can be decided on it here */
const storyEvent = ({ decoded, subject }: Stored<SessionEvent>): StoryEvent => {
  if (decoded.known && decoded.event.type !== 'SessionStarted') return decoded.event;
  const unknown = decoded.known ? decoded.event : decoded.unknown;
  throw new UnreadableHistoryError(subject, unknown.type, unknown.version);
};

/** The time of an end that was read; that of its storing where this build cannot read it. */
export const endedAt = (stored: Stored<SessionEvent>, toTimestamp: (ms: number) => Timestamp) =>
  stored.decoded.known ? stored.decoded.event.at : toTimestamp(stored.storedAtMs);
