import { type ReadModelDatabase, SHADOW, writeBatch } from '#database';
import { unreadable } from '../projection/audit-stopped.js';
import type { LogSource, ProjectedRun } from '../projection/log-source.js';

export interface Replay {
  readonly db: ReadModelDatabase;
  readonly source: LogSource;
  /** Where the shadow stands. */
  readonly after: number;
  /** Where it is to stand: a sequence that the log has reached. */
  readonly upTo: number;
}

export interface Replayed {
  /** The last event that there was, at most `upTo`. */
  readonly position: number;
  readonly events: number;
}

/** Larger than the live batches: nobody waits for a single one. */
const BATCH_MAX = 5_000;

/** Writes a stretch of the log to the shadow, and answers when it is all there. */
export const replay = async (request: Replay): Promise<Replayed> => {
  const { source, after, upTo } = request;
  if (upTo <= after) return { position: after, events: 0 };
  const writer = new ShadowWriter(request);
  let reached = (): void => undefined;
  const atEnd = new Promise<void>((resolve) => (reached = resolve));
  const following = source.follow({
    fromSequence: after + 1,
    batchMax: BATCH_MAX,
    upTo,
    onRun: async (run) => {
      await writer.add(run);
      if (run.unreadable !== null) throw unreadable(source.stream, run.unreadable);
      if ((run.upTo ?? 0) >= upTo) reached();
    },
  });
  try {
    // Where the log has forgotten the last event itself, all that it held is the end.
    await Promise.race([atEnd, following.caughtUp, following.failed]);
    return await writer.end();
  } finally {
    await following.stop();
    await writer.end().catch(() => undefined);
  }
};

/** Writes one run while the next is read and projected; never two at once, since each begins where the last ended. */
class ShadowWriter {
  private position: number;
  private events = 0;
  private writing: Promise<void> = Promise.resolve();

  constructor(private readonly request: Replay) {
    this.position = request.after;
  }

  /** Resolves when the run before is written. @throws what kept that */
  async add(run: ProjectedRun): Promise<void> {
    await this.writing;
    const { upTo, batch } = run;
    if (upTo === null) return;
    const { db, source } = this.request;
    const write = {
      schema: SHADOW,
      stream: source.stream,
      after: this.position,
      upTo,
      batch,
    } as const;
    this.position = upTo;
    this.events += run.events;
    this.writing = writeBatch(db, write);
    // Whoever comes next looks at it.
    this.writing.catch(() => undefined);
  }

  async end(): Promise<Replayed> {
    await this.writing;
    return { position: this.position, events: this.events };
  }
}
