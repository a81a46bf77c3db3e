import type { WorkQueues, WorkItem } from '#event-store';
import type { WorkEvent } from '#contracts';
import type { Logger } from '#platform';
import { BoundedMap } from '../intents/bounded-map.js';

export interface HeldWorkOptions {
  readonly queues: Pick<WorkQueues<WorkEvent>, 'settle'>;
  readonly log: Logger;
}

const HELD_MAX = 10_000;
/** Held work comes back by itself after so long, should a lift pass this gateway by. */
const AGAIN_AFTER_MS = 60_000;

/** Items that a stop keeps from their taker though others of the same queue flow: put back, and fetched at the next lift. */
export class HeldWork {
  private tokens = new BoundedMap<string, string>(HELD_MAX);

  constructor(private readonly options: HeldWorkOptions) {}

  get size(): number {
    return this.tokens.size;
  }

  hold(item: Pick<WorkItem<WorkEvent>, 'token'>): void {
    this.tokens.set(item.token, item.token);
    this.putBack(item.token, AGAIN_AFTER_MS);
  }

  /** A stop was lifted: what it held may go now; what another still holds comes back here. */
  release(): void {
    const released = this.tokens;
    this.tokens = new BoundedMap(HELD_MAX);
    for (const token of released.keys()) this.putBack(token, 0);
  }

  putBack(token: string, againAfterMs: number): void {
    this.options.queues.settle(token, { againAfterMs }).catch((error: unknown) => {
      this.options.log.warn(
        { err: error },
        'work could not be put back; it returns after its visibility time',
      );
    });
  }
}
