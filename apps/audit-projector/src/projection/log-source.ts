import type { ActivityEvent, UnknownEvent } from '#contracts';
import { streams } from '#contracts';
import { type AuditedStream, projectActivity, type RowOperation } from '#domain';
import type { EventStore, Following, Stored } from '#event-store';

/** Met in the log: an event that this build cannot read. It is never skipped. */
export interface UnreadableEvent {
  readonly sequence: number;
  readonly unknown: UnknownEvent;
}

/** What a run of events puts into the tables, up to the first that cannot be read. */
export interface ProjectedRun {
  readonly operations: readonly RowOperation[];
  readonly events: number;
  /** The last sequence that is in it; `null` where none is. */
  readonly upTo: number | null;
  readonly unreadable: UnreadableEvent | null;
}

/** A log as the projection sees it: events go in, rows come out; which kind of events does not matter any more. */
export interface LogSource {
  readonly stream: AuditedStream;
  lastSequence(): Promise<number>;
  /** The sequence of the oldest event that the log still holds; `null` when it holds none. */
  firstSequence(): Promise<number | null>;
  follow(options: SourceFollow): Following;
}

export interface SourceFollow {
  readonly fromSequence: number;
  readonly batchMax: number;
  /** Events after this one are left out. */
  readonly upTo?: number;
  onRun(run: ProjectedRun, events: readonly Stored<unknown>[]): Promise<void>;
  onConnected?(connected: boolean): void;
}

/** Rows of the next event, in the order of the log. */
export type Project<E> = (event: E, at: Pick<Stored<E>, 'sequence' | 'subject'>) => RowOperation[];

export interface SourceOptions<E> {
  readonly stream: AuditedStream;
  readonly store: EventStore<E>;
  /** The filter of everything in it. */
  readonly everything: string;
  /** Before the first event of a following: what it takes to go on from there. @throws when `ended` */
  begin(fromSequence: number, ended: AbortSignal): Promise<Project<E>>;
}

export const sourceOf = <E>({ stream, store, everything, begin }: SourceOptions<E>): LogSource => ({
  stream,
  lastSequence: () => store.lastSequence(),
  firstSequence: async () => (await store.first(everything))?.sequence ?? null,
  follow: ({ fromSequence, batchMax, upTo = Infinity, onRun, onConnected }) => {
    const ending = new AbortController();
    let project: Project<E> | null = null;
    const following = store.follow({
      fromSequence,
      batchMax,
      ...(onConnected && { onConnected }),
      onEvents: async (events) => {
        const wanted = events.filter(({ sequence }) => sequence <= upTo);
        if (wanted.length === 0) return;
        project ??= await begin(fromSequence, ending.signal);
        await onRun(projectRun(wanted, project), wanted);
      },
    });
    const stop = (): Promise<void> => {
      ending.abort();
      return following.stop();
    };
    return { caughtUp: following.caughtUp, failed: following.failed, stop };
  },
});

const projectRun = <E>(events: readonly Stored<E>[], project: Project<E>): ProjectedRun => {
  const operations: RowOperation[] = [];
  let upTo: number | null = null;
  let count = 0;
  for (const stored of events) {
    const { sequence, decoded } = stored;
    if (!decoded.known) {
      const unreadable = { sequence, unknown: decoded.unknown };
      return { operations, events: count, upTo, unreadable };
    }
    for (const operation of project(decoded.event, stored)) operations.push(operation);
    upTo = sequence;
    count += 1;
  }
  return { operations, events: count, upTo, unreadable: null };
};

export const activitySource = (store: EventStore<ActivityEvent>): LogSource =>
  sourceOf<ActivityEvent>({
    stream: 'ACTIVITY',
    store,
    everything: streams.activity.subjects[0],
    begin: () => Promise.resolve((event, { sequence }) => projectActivity(sequence, event)),
  });
