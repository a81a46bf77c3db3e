import { type ReadModelDatabase, SHADOW, writeBatch } from '#database';
import { unreadable } from '../projection/audit-stopped.js';
import type { LogSource } from '../projection/log-source.js';

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
const BATCH_MAX = 2_000;

/** Writes a stretch of the log to the shadow, and answers when it is all there. */
export const replay = async ({ db, source, after, upTo }: Replay): Promise<Replayed> => {
  let position = after;
  let events = 0;
  if (upTo <= after) return { position, events };
  let reached = (): void => undefined;
  const atEnd = new Promise<void>((resolve) => (reached = resolve));
  const following = source.follow({
    fromSequence: after + 1,
    batchMax: BATCH_MAX,
    upTo,
    onRun: async (run) => {
      if (run.upTo !== null) {
        const { batch } = run;
        const { stream } = source;
        await writeBatch(db, { schema: SHADOW, stream, after: position, upTo: run.upTo, batch });
        position = run.upTo;
        events += run.events;
      }
      if (run.unreadable !== null) throw unreadable(source.stream, run.unreadable);
      if (position >= upTo) reached();
    },
  });
  try {
    // Where the log has forgotten the last event itself, all that it held is the end.
    await Promise.race([atEnd, following.caughtUp, following.failed]);
    return { position, events };
  } finally {
    await following.stop();
  }
};
