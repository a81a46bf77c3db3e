import { type ReadModelDatabase, SHADOW, writeBatch } from '#database';
import { RowGathering } from '#domain';
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

/** Events of one batch, about; larger than the live ones, since nobody waits for a single event. */
const BATCH_MAX = 10_000;

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

/**
 * Gathers runs into large batches, and writes one while the next is read and projected; never two at once, since each
 * begins where the last ended.
 */
class ShadowWriter {
  private readonly gathering = new RowGathering();
  private gathered = 0;
  private position: number;
  private written: number;
  private events = 0;
  private writing: Promise<void> = Promise.resolve();

  constructor(private readonly request: Replay) {
    this.position = request.after;
    this.written = request.after;
  }

  /** Resolves when there is room for the next run. @throws what kept an earlier batch from being written */
  async add({ upTo, operations, events }: ProjectedRun): Promise<void> {
    if (upTo === null) return;
    this.gathering.add(operations);
    this.position = upTo;
    this.events += events;
    this.gathered += events;
    if (this.gathered >= BATCH_MAX) await this.write();
  }

  async end(): Promise<Replayed> {
    await this.write();
    await this.writing;
    return { position: this.position, events: this.events };
  }

  /** Begins to write what is gathered, as soon as the batch before is written. */
  private async write(): Promise<void> {
    await this.writing;
    if (this.position === this.written) return;
    const { db, source } = this.request;
    const place = { schema: SHADOW, stream: source.stream, after: this.written } as const;
    this.writing = writeBatch(db, { ...place, upTo: this.position, batch: this.gathering.take() });
    // Whoever comes next looks at it.
    this.writing.catch(() => undefined);
    this.written = this.position;
    this.gathered = 0;
  }
}
