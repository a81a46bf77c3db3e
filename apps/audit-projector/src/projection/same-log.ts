import { projectedIncarnation, type ReadModelDatabase } from '#database';
import { type ControlEvent, LOG_SUBJECT } from '#contracts';
import type { EventStore } from '#event-store';
import { anotherLog } from './audit-stopped.js';
import type { LogSource } from './log-source.js';

/** Checks, before following, that a position means the same in the log as it did when it was written down. */
export type LogCheck = (source: LogSource, position: number) => Promise<void>;

/**
 * A log that ends before the position lost events that were projected: its next ones would bear their numbers and be
 * taken for known. And a control log that began otherwise is another log, whatever its length.
 */
export const sameLogCheck =
  (db: ReadModelDatabase, control: EventStore<ControlEvent>): LogCheck =>
  async (source, position) => {
    if (position === 0) return;
    const last = await source.lastSequence();
    if (last < position) throw anotherLog(source.stream, `it ends at ${last}, before ${position}`);
    const projected = await projectedIncarnation(db);
    const started = await incarnationOf(control);
    if (projected === null || started === null || started === projected) return;
    throw anotherLog(source.stream, `it is ${started}, the tables were made of ${projected}`);
  };

const incarnationOf = async (control: EventStore<ControlEvent>): Promise<string | null> => {
  const first = (await control.first(LOG_SUBJECT))?.decoded;
  return first?.known && first.event.type === 'LogStarted' ? first.event.data.incarnation : null;
};
