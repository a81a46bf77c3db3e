import { CONTROL_FILTER } from '#contracts';
import type { ControlEvent } from '#contracts';
import type { EventStore } from '#event-store';
import type { StoredControl } from '../control-log/control-source.js';
import type { Sse } from '../http/sse.js';
import type { RecentControlEvents } from './recent-events.js';

export interface Resumption {
  readonly store: Pick<EventStore<ControlEvent>, 'readPage'>;
  readonly recent: RecentControlEvents;
  readonly sse: Sse;
  /** The client has everything up to here. */
  readonly after: number;
  show(stored: StoredControl): void;
  /** Called in the very turn in which nothing is missing any more. */
  caughtUp(): void;
}

/** So many events are written before it is looked whether the client still reads. */
const AT_ONCE = 32;
const AGAIN_MS = 100;
/** A replica that lags behind for longer than this many looks is none to wait for. */
const LOOKS_MAX = 50;

/**
 * Gives one client what it missed, no faster than it reads: the newest events from memory, older ones in pages read from the
 * log directly. No consumer is made: the log has one for each gateway, whoever watches there.
 */
export const resume = async (resumption: Resumption): Promise<void> => {
  const { recent, sse, show, caughtUp } = resumption;
  let { after } = resumption;
  while (!sse.closed.aborted) {
    const kept = recent.after(after, AT_ONCE);
    if (kept === null) {
      after = await showPage(resumption, after);
      continue;
    }
    if (kept.length === 0) return caughtUp();
    for (const stored of kept) show(stored);
    after = kept.at(-1)?.sequence ?? after;
    await sse.drained();
  }
};

/** Answers how far it came. @throws LogUnavailableError */
const showPage = async ({ store, sse, show }: Resumption, after: number): Promise<number> => {
  for (let look = 0; look < LOOKS_MAX && !sse.closed.aborted; look += 1) {
    const { events } = await store.readPage(CONTROL_FILTER, after + 1);
    for (const [index, stored] of events.entries()) {
      show(stored);
      if (index % AT_ONCE === 0) await sse.drained();
    }
    await sse.drained();
    const last = events.at(-1);
    if (last !== undefined) return last.sequence;
    // What memory holds begins further on, so this replica has not read it yet.
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
  sse.close();
  return after;
};
