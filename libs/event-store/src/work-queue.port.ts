import type { Stored } from './event-store.port.js';

/**
 * Shared work over a stream: each item that matches the filter is handed to one taker at a time, in the order of the
 * stream, redeliveries first; an item that nobody settled within its visibility time is handed out again. State lives in
 * a durable consumer, so takers on any process share it and may crash at any time.
 */
export interface WorkQueue<E> {
  /** Waits up to `waitMs` for the next items, at most `max`. Returns what is there, possibly nothing. */
  take(max: number, waitMs: number, signal?: AbortSignal): Promise<WorkItem<E>[]>;
  /** Items not yet settled: waiting and in hand. */
  backlog(): Promise<{ waiting: number; inHand: number }>;
}

export interface WorkItem<E> {
  readonly stored: Stored<E>;
  /** Grows by one with every hand-over of this queue, redeliveries included. */
  readonly deliverySeq: number;
  /** How often this item has been handed out, this time included. */
  readonly deliveryCount: number;
  /** Settles the item from any process; see {@link WorkQueues.settle}. */
  readonly token: string;
}

export interface WorkQueueOptions {
  /** Durable name: `a-z 0-9 - _ ~`, unique in the stream. */
  readonly name: string;
  readonly filter: string;
  /** @default 90000 */
  readonly visibilityMs?: number;
}

export interface WorkQueues<E> {
  /** Opens the queue, creating it where needed; existing unsettled work is kept. */
  open(options: WorkQueueOptions): Promise<WorkQueue<E>>;
  /** `done`: never again. `again`: at once, or after a delay. `inHand`: visibility starts anew. A stale token does nothing. */
  settle(token: string, how: 'done' | 'inHand' | { againAfterMs: number }): Promise<void>;
}
