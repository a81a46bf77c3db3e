import type { ActivityEvent } from '#contracts';
import type { EventStore } from '#event-store';
import type { Logger } from '#platform';

export interface OutboxOptions {
  readonly store: Pick<EventStore<ActivityEvent>, 'append'>;
  readonly log: Logger;
  /** The oldest are dropped, and counted, beyond so many. @default 50000 */
  readonly waitingMax?: number;
  onLost(count: number): void;
}

interface Letter {
  readonly subject: string;
  readonly event: ActivityEvent;
}

const WAITING_MAX = 50_000;
const AT_ONCE = 64;

/**
 * Activity on its way to the log. What could not be stored waits for the next round under its own id, so a repeat is
 * stored once; nothing is lost in silence.
 */
export class ActivityOutbox {
  private waitingLetters: Letter[] = [];
  private flushing: Promise<void> | null = null;

  constructor(private readonly options: OutboxOptions) {}

  get waiting(): number {
    return this.waitingLetters.length;
  }

  add(subject: string, event: ActivityEvent): void {
    this.waitingLetters.push({ subject, event });
    this.dropOldest();
  }

  /** Stores what waits. Never throws; one round at a time. */
  flush(): Promise<void> {
    this.flushing ??= this.storeAll().finally(() => {
      this.flushing = null;
    });
    return this.flushing;
  }

  private async storeAll(): Promise<void> {
    const letters = this.waitingLetters;
    this.waitingLetters = [];
    for (let from = 0; from < letters.length; from += AT_ONCE) {
      const failed = await this.storeSome(letters.slice(from, from + AT_ONCE));
      if (failed.length === 0) continue;
      this.waitingLetters = [...failed, ...letters.slice(from + AT_ONCE), ...this.waitingLetters];
      this.dropOldest();
      return;
    }
  }

  private async storeSome(letters: readonly Letter[]): Promise<Letter[]> {
    const results = await Promise.allSettled(
      letters.map((letter) => this.options.store.append(letter)),
    );
    const failed = letters.filter((_, index) => results[index]?.status === 'rejected');
    if (failed.length > 0) {
      const first = results.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
      this.options.log.warn(
        { err: first.reason, waiting: failed.length },
        'activity is not stored yet',
      );
    }
    return failed;
  }

  private dropOldest(): void {
    const surplus = this.waitingLetters.length - (this.options.waitingMax ?? WAITING_MAX);
    if (surplus <= 0) return;
    this.waitingLetters.splice(0, surplus);
    this.options.onLost(surplus);
  }
}
