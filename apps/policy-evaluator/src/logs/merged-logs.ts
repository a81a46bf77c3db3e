import type { Following, Stored } from '#event-store';

/** One log among several. */
export interface Feed {
  readonly name: string;
  follow(to: {
    onEvents(events: readonly Stored<unknown>[]): Promise<void>;
    onConnected(connected: boolean): void;
  }): Following;
  apply(stored: Stored<unknown>): void;
}

interface Source {
  readonly feed: Feed;
  readonly following: Following;
  /** Handed over and not applied yet. */
  waiting: readonly Stored<unknown>[];
  next: number;
  isCaughtUp: boolean;
  isConnected: boolean;
  consumed: () => void;
}

const NOTHING: readonly Stored<unknown>[] = [];

/**
 * Several logs as one, in the order in which their events were stored; of equals, the first feed's comes first. While a log is
 * behind, the others wait for it, so that the past is read as it happened. Once all have reached their ends, events are
 * applied as they come.
 */
export class MergedLogs {
  /** All logs have been read to where they ended when following began. */
  readonly caughtUp: Promise<void>;
  /** Rejects when a log cannot be followed any more; never resolves. */
  readonly failed: Promise<never>;
  private readonly sources: Source[] = [];
  /** All logs are there, and nobody has stopped. */
  private isOpen = false;

  constructor(
    feeds: readonly Feed[],
    /** Something was applied, and all that there is for now. */
    private readonly onApplied: () => void,
  ) {
    for (const feed of feeds) this.sources.push(this.open(feed));
    this.isOpen = true;
    const followings = this.sources.map(({ following }) => following);
    this.failed = Promise.race(followings.map(({ failed }) => failed));
    this.failed.catch(() => undefined);
    const ends = this.sources.map((source) =>
      source.following.caughtUp.then(() => {
        source.isCaughtUp = true;
        this.pump();
      }),
    );
    this.caughtUp = Promise.all(ends).then(() => undefined);
    this.caughtUp.catch(() => undefined);
  }

  /** Every log can be read. */
  connected(): boolean {
    return this.sources.every(({ isConnected }) => isConnected);
  }

  async stop(): Promise<void> {
    this.isOpen = false;
    for (const { consumed } of this.sources) consumed();
    await Promise.all(this.sources.map(({ following }) => following.stop()));
  }

  private open(feed: Feed): Source {
    const source = { feed, waiting: NOTHING, next: 0, isCaughtUp: false, isConnected: true };
    const made = Object.assign(source, { consumed: () => undefined }) as unknown as Source;
    const following = feed.follow({
      onEvents: (events) => this.take(made, events),
      onConnected: (connected) => (made.isConnected = connected),
    });
    return Object.assign(made, { following });
  }

  /** Resolves when all of them are applied. */
  private take(source: Source, events: readonly Stored<unknown>[]): Promise<void> {
    source.waiting = events;
    source.next = 0;
    return new Promise((resolve, reject) => {
      source.consumed = resolve;
      try {
        this.pump();
      } catch (error) {
        reject(error as Error);
      }
    });
  }

  private pump(): void {
    let applied = false;
    for (let source = this.first(); source !== null; source = this.first()) {
      const stored = source.waiting[source.next] as Stored<unknown>;
      source.next += 1;
      source.feed.apply(stored);
      applied = true;
      if (source.next === source.waiting.length) {
        source.waiting = NOTHING;
        source.consumed();
      }
    }
    if (applied) this.onApplied();
  }

  /** Whose event is next; `null`: none is known to be yet. */
  private first(): Source | null {
    if (!this.isOpen) return null;
    let first: Source | null = null;
    for (const source of this.sources) {
      const stored = source.waiting[source.next];
      if (stored === undefined) {
        if (!source.isCaughtUp) return null;
      } else if (first === null || stored.storedAtMs < timeOf(first)) {
        first = source;
      }
    }
    return first;
  }
}

const timeOf = ({ waiting, next }: Source): number => waiting[next]?.storedAtMs ?? Infinity;
