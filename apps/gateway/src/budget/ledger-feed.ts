import { streams, type LedgerEvent } from '#contracts';
import type { EventStore, Following, Stored } from '#event-store';
import type { Logger } from '#platform';

export interface LedgerFeedOptions {
  readonly store: EventStore<LedgerEvent>;
  readonly log: Logger;
  onEvent(stored: Stored<LedgerEvent>): void;
  onConnected(connected: boolean): void;
}

const AGAIN_AFTER_MS = 500;

/** Follows the ledger from now on, for all budgets at once; what was before is read where it is needed. */
export class LedgerFeed {
  private following: Following | null = null;
  private isStopped = false;
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly options: LedgerFeedOptions) {}

  /** `true`: every event stored from now on will be handed over. */
  get isFollowing(): boolean {
    return this.following !== null;
  }

  start(): void {
    void this.follow();
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
    await this.following?.stop();
  }

  private async follow(): Promise<void> {
    const { store, log, onEvent, onConnected } = this.options;
    try {
      const last = await store.lastSequence();
      if (this.isStopped) return;
      this.following = store.follow({
        filters: [...streams.ledger.subjects],
        fromSequence: last + 1,
        onEvents: (events) => events.forEach(onEvent),
        onConnected,
      });
      onConnected(true);
    } catch (error) {
      log.warn({ err: error }, 'the ledger cannot be followed: trying again');
      if (!this.isStopped) this.timer = setTimeout(() => void this.follow(), AGAIN_AFTER_MS);
    }
  }
}
