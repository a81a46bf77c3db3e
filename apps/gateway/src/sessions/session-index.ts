import {
  SESSIONS_BEGUN,
  SESSIONS_ENDED,
  type SessionEvent,
  type SessionId,
  type Timestamp,
} from '#contracts';
import type { EventStore, Following, Stored } from '#event-store';
import { toTimestamp, type Logger } from '#platform';
import { endedAt, type FoundSession, type SessionLog } from './session-log.js';

export interface SessionIndexOptions {
  readonly store: Pick<EventStore<SessionEvent>, 'follow' | 'last'>;
  readonly sessions: Pick<SessionLog, 'foundIn'>;
  readonly log: Logger;
}

export interface IndexedSession {
  readonly found: FoundSession;
  /** `null`: not completed. What came of it stands in the log alone: ten thousand results would fill the memory. */
  completedAt: Timestamp | null;
}

/** The newest sessions of all tenants; what is older is asked of the log. */
export const INDEXED_MAX = 10_000;
const AGAIN_MS = 1_000;
const BARRIER_MS_MAX = 2_000;
const ID_TOKEN = 3;

/**
 * The sessions that there are and how they ended, as this gateway reads the log: for lists, and so that a request that
 * names a session costs no look at the log. It is read beside everything else, and nothing waits for it: who finds it
 * behind asks the log.
 */
export class SessionIndex {
  private readonly sessions = new Map<SessionId, IndexedSession>();
  private following: Following | null = null;
  private isConnected = false;
  private isCaughtUp = false;
  private position = 0;
  private isStopped = false;
  private again: NodeJS.Timeout | null = null;
  private readonly waiting = new Set<() => void>();

  constructor(private readonly options: SessionIndexOptions) {}

  start(): void {
    this.follow();
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    if (this.again !== null) clearTimeout(this.again);
    await this.following?.stop();
  }

  /** `undefined`: not known here, or this gateway may be behind; then the log knows. */
  get(id: SessionId): IndexedSession | undefined {
    return this.isConnected && this.isCaughtUp ? this.sessions.get(id) : undefined;
  }

  /** This gateway ended it itself. */
  completed(id: SessionId, at: Timestamp): void {
    const indexed = this.sessions.get(id);
    if (indexed !== undefined) indexed.completedAt = at;
  }

  /** Newest first. */
  all(): IndexedSession[] {
    return [...this.sessions.values()].reverse();
  }

  /** Resolves once all that was stored before is here; `false`: not in time. */
  async barrier(): Promise<boolean> {
    const { store } = this.options;
    const [begun, ended] = await Promise.all([
      store.last(SESSIONS_BEGUN),
      store.last(SESSIONS_ENDED),
    ]);
    const wanted = Math.max(begun?.sequence ?? 0, ended?.sequence ?? 0);
    const deadline = AbortSignal.timeout(BARRIER_MS_MAX);
    while (this.position < wanted && !deadline.aborted) await this.turn(deadline);
    return this.position >= wanted;
  }

  private follow(): void {
    const { store, log } = this.options;
    const following = store.follow({
      filters: [SESSIONS_BEGUN, SESSIONS_ENDED],
      fromSequence: this.position + 1,
      onEvents: (events) => this.read(events),
      onConnected: (connected) => (this.isConnected = connected),
    });
    this.following = following;
    this.isConnected = true;
    following.caughtUp.then(
      () => (this.isCaughtUp = true),
      () => undefined,
    );
    following.failed.catch((error: unknown) => {
      this.isCaughtUp = false;
      if (this.isStopped) return;
      log.warn({ err: error }, 'the log of sessions is read again');
      this.again = setTimeout(() => this.follow(), AGAIN_MS);
    });
  }

  private read(events: readonly Stored<SessionEvent>[]): void {
    for (const stored of events) this.readOne(stored);
    this.position = events.at(-1)?.sequence ?? this.position;
    for (const done of this.waiting) done();
  }

  private readOne(stored: Stored<SessionEvent>): void {
    if (stored.subject.endsWith('.end')) return this.readEnd(stored);
    const found = this.options.sessions.foundIn(stored);
    if (found === null) return;
    this.sessions.set(found.session.sessionId, { found, completedAt: null });
    if (this.sessions.size <= INDEXED_MAX) return;
    const [oldest] = this.sessions.keys();
    if (oldest !== undefined) this.sessions.delete(oldest);
  }

  private readEnd(stored: Stored<SessionEvent>): void {
    const id = stored.subject.split('.')[ID_TOKEN] as SessionId;
    this.completed(id, endedAt(stored, toTimestamp));
  }

  private turn(deadline: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.waiting.delete(done);
        deadline.removeEventListener('abort', done);
        resolve();
      };
      this.waiting.add(done);
      deadline.addEventListener('abort', done, { once: true });
    });
  }
}
