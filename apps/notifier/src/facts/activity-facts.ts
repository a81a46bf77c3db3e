import type { ActivityEvent } from '#contracts';
import { toldOfActivity } from '#domain';
import type { EventStore, Following, Stored } from '#event-store';
import type { Clock, Logger } from '#platform';
import type { NoticeWriter } from '../notices/notice-writer.js';
import type { Patience } from '../notices/patience.js';
import type { Places } from './places.js';
import { NEWS_MS, toldOf } from './told-of.js';

export interface ActivityFactsOptions {
  readonly store: EventStore<ActivityEvent>;
  readonly places: Places;
  readonly patience: Patience;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Only services of the hub say there what is news: changes of health, and what policies saw without acting. */
const NEWS_FILTER = 'activity.hub.>';

/** What the activity log tells, to those who are subscribed when it is read. */
export class ActivityFacts {
  private following: Following | null = null;
  private problem: string | null = 'the activity log is not read yet';

  constructor(private readonly options: ActivityFactsOptions) {}

  async start(writer: NoticeWriter): Promise<void> {
    const { store, places, log } = this.options;
    this.following = store.follow({
      filters: [NEWS_FILTER],
      fromSequence: places.at('ACTIVITY') + 1,
      onEvents: (events) => this.take(events, writer),
    });
    this.following.failed.catch((error: unknown) => {
      this.problem = 'the activity log cannot be told';
      log.fatal({ err: error }, this.problem);
    });
    await Promise.race([this.following.caughtUp, this.following.failed]);
    this.problem = null;
  }

  trouble(): string | null {
    return this.problem;
  }

  async stop(): Promise<void> {
    await this.following?.stop();
  }

  private async take(events: readonly Stored<ActivityEvent>[], writer: NoticeWriter) {
    const { places, patience, clock } = this.options;
    for (const { decoded, storedAtMs } of events) {
      if (!decoded.known || storedAtMs <= clock.nowMs() - NEWS_MS) continue;
      const fact = toldOfActivity(decoded.event);
      if (fact === null) continue;
      const { actor: _who, ...envelope } = decoded.event;
      const told = toldOf(envelope, fact);
      const to = writer.wanting(told);
      if (to.length > 0) await patience.until(() => writer.write(told, to));
    }
    const last = events.at(-1);
    if (last !== undefined) places.reached('ACTIVITY', last.sequence);
  }
}
