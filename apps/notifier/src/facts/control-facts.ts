import { SignatureCheck, type WrittenControl } from '#containment';
import type { ControlEvent } from '#contracts';
import { ControlView } from '#domain';
import type { EventStore, Following, Stored } from '#event-store';
import { LogUnavailableError } from '#event-store';
import type { Clock, Logger } from '#platform';
import type { NoticeWriter } from '../notices/notice-writer.js';
import type { Patience } from '../notices/patience.js';
import type { Places } from './places.js';
import { controlNews, NEWS_MS } from './told-of.js';

export interface ControlFactsOptions {
  readonly store: EventStore<WrittenControl>;
  readonly places: Places;
  readonly patience: Patience;
  readonly clock: Clock;
  readonly log: Logger;
}

const BARRIER_MS = 5_000;

/**
 * Folds the control log from its beginning, for it says who wants to be told of what; what is new in it becomes notices, to
 * those who were subscribed at its place in the log. The next events wait until those notices are in their stream. What
 * gateways and nodes refuse for its signature is not told, and changes nothing.
 */
export class ControlFacts {
  readonly view = new ControlView();
  private readonly check = new SignatureCheck();
  private position = 0;
  private following: Following | null = null;
  private readonly waiting = new Set<() => void>();
  private problem: string | null = 'the control log is not read yet';

  constructor(private readonly options: ControlFactsOptions) {}

  /** Resolves when everything that the log held is told. @throws when an event could not be applied */
  async start(writer: NoticeWriter): Promise<void> {
    const { store, log } = this.options;
    this.following = store.follow({ onEvents: (events) => this.take(events, writer) });
    this.following.failed.catch((error: unknown) => {
      this.problem = 'the control log cannot be applied';
      log.fatal({ err: error }, this.problem);
    });
    await Promise.race([this.following.caughtUp, this.following.failed]);
    this.problem = null;
  }

  trouble(): string | null {
    return this.problem;
  }

  /** Everything that the log holds now is in the view. @throws LogUnavailableError */
  async barrier(): Promise<void> {
    const last = await this.options.store.lastSequence();
    const endMs = this.options.clock.monotonicMs() + BARRIER_MS;
    while (this.position < last) {
      const leftMs = endMs - this.options.clock.monotonicMs();
      if (leftMs <= 0) throw new LogUnavailableError(`the log was not read up to ${last} in time`);
      await this.nextBatch(leftMs);
    }
  }

  async stop(): Promise<void> {
    await this.following?.stop();
  }

  private nextBatch(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const over = (): void => {
        clearTimeout(timer);
        this.waiting.delete(over);
        resolve();
      };
      const timer = setTimeout(over, ms);
      this.waiting.add(over);
    });
  }

  private async take(events: readonly Stored<WrittenControl>[], writer: NoticeWriter) {
    const { places } = this.options;
    for (const written of events) {
      const stored = this.check.counting(written);
      this.position = written.sequence;
      if (stored === null) continue;
      this.view.apply(stored);
      if (stored.decoded.known && stored.decoded.event.type === 'LogStarted') {
        places.belongTo(stored.decoded.event.data.incarnation);
      }
      await this.tell(stored, writer);
    }
    const last = events.at(-1);
    if (last !== undefined) places.reached('CONTROL', last.sequence);
    for (const over of [...this.waiting]) over();
  }

  private async tell(
    { sequence, storedAtMs, decoded }: Stored<ControlEvent>,
    writer: NoticeWriter,
  ) {
    const { places, patience, clock } = this.options;
    const isNews = sequence > places.at('CONTROL') && storedAtMs > clock.nowMs() - NEWS_MS;
    if (!decoded.known || !isNews) return;
    const news = controlNews(this.view, decoded.event);
    if (news === null) return;
    const to = writer.wanting(news.told, news.concerns);
    if (to.length > 0) await patience.until(() => writer.write(news.told, to));
  }
}
