import { noticeLogSubject, type NoticeEvent } from '#contracts';
import type { ControlView, WebhookRecord } from '#domain';
import type { EventStore, WorkItem, WorkQueue, WorkQueues } from '#event-store';
import { record, toTimestamp, type Clock, type Ids, type Logger } from '#platform';
import type { NotifierMetrics } from '../notifier-metrics.js';
import type { Patience } from '../notices/patience.js';
import { tryOnce, type Result, type Sender, type TriedData } from './attempt.js';
import { Lanes, type Lane } from './lanes.js';

export interface DeliveriesOptions {
  readonly store: EventStore<NoticeEvent>;
  readonly queues: WorkQueues<NoticeEvent>;
  readonly view: Pick<ControlView, 'webhooks'>;
  readonly sender: Sender;
  readonly patience: Patience;
  readonly metrics: NotifierMetrics;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
}

type Settled = 'done' | { readonly againAfterMs: number };
type Due = Extract<NoticeEvent, { type: 'NoticeDue' }>['data'];

const QUEUE = 'notifier';
const FILTER = 'notice.*.*.*';
/** A try, and what is written of it, is over by then; if not, somebody has died, and another tries again. */
const visibilityMs = (timeoutMs: number): number => timeoutMs * 2 + 3_000;
const TAKE_MAX = 64;
const TAKE_MS = 2_000;
/** The view reads the log a moment behind. */
const UNKNOWN_YET_MS = 500;
const NOT_KNOWN_MAX = 20;
const FULL_MS = 50;
const ACTOR = { kind: 'system', id: 'notifier', via: 'delivery' } as const;

/**
 * Works the queue of notices. A notice leaves it once what came of it is in its log; whoever dies in between leaves it there,
 * and it is delivered again under the same id.
 */
export class Deliveries {
  private readonly lanes = new Lanes();
  private readonly inHand = new Set<Promise<void>>();
  private running: Promise<void> = Promise.resolve();
  private queue: WorkQueue<NoticeEvent> | null = null;

  constructor(private readonly options: DeliveriesOptions) {}

  /** Resolves when the queue is open. */
  async start(): Promise<void> {
    const { queues, patience, sender } = this.options;
    const queue = await patience.until(() =>
      queues.open({
        name: QUEUE,
        filter: FILTER,
        visibilityMs: visibilityMs(sender.timeoutMs),
      }),
    );
    this.queue = queue;
    this.running = this.work(queue);
  }

  backlog(): Promise<{ waiting: number; inHand: number }> {
    return this.queue?.backlog() ?? Promise.resolve({ waiting: NaN, inHand: NaN });
  }

  /** What is under way is given up: it stays in the queue. */
  async stop(): Promise<void> {
    await this.running;
  }

  private async work(queue: WorkQueue<NoticeEvent>): Promise<void> {
    const { patience, log } = this.options;
    while (!patience.signal.aborted) {
      try {
        const room = Math.min(this.lanes.room, TAKE_MAX);
        const items = room > 0 ? await queue.take(room, TAKE_MS, patience.signal) : [];
        for (const item of items) this.begin(item);
        if (room === 0) await patience.pause(FULL_MS);
      } catch (error) {
        log.warn({ err: error }, 'notices cannot be taken: trying again');
        await patience.pause(TAKE_MS);
      }
    }
  }

  private begin(item: WorkItem<NoticeEvent>): void {
    const { log } = this.options;
    const work = this.handle(item)
      .then((how) => this.options.queues.settle(item.token, how))
      .catch((error: unknown) => log.warn({ err: error }, 'a notice stays in the queue'))
      .finally(() => this.inHand.delete(work));
    this.inHand.add(work);
  }

  private async handle(item: WorkItem<NoticeEvent>): Promise<Settled> {
    const { decoded } = item.stored;
    if (!decoded.known || decoded.event.type !== 'NoticeDue') return 'done';
    const due = decoded.event.data;
    const webhook = this.options.view.webhooks.get(due.subscriptionId);
    if (webhook === null) {
      return item.deliveryCount <= NOT_KNOWN_MAX
        ? { againAfterMs: UNKNOWN_YET_MS }
        : this.drop(due, 'there is no such subscription');
    }
    const hasEnded = webhook.revokedAt !== null || !webhook.subscription.active;
    return hasEnded
      ? this.drop(due, 'the subscription has ended')
      : this.deliver(item, due, webhook);
  }

  private async deliver(
    item: WorkItem<NoticeEvent>,
    due: Due,
    webhook: WebhookRecord,
  ): Promise<Settled> {
    const lane = laneOf(webhook);
    const turnedMs = this.lanes.enter(lane);
    if (turnedMs !== null) return { againAfterMs: turnedMs };
    let answered = false;
    try {
      const attempt = await this.attemptOf(item, due);
      if (typeof attempt !== 'number') return attempt;
      const { noticeId, told } = due;
      const tried = { noticeId, told, record: webhook, attempt };
      const result = await tryOnce(this.options.sender, tried);
      answered = result.status !== null;
      return await this.conclude(due, attempt, result);
    } finally {
      this.lanes.leave(lane, answered);
    }
  }

  /** Which try this is, or what becomes of it instead: it is over already, or not due yet (the server has forgotten when). */
  private async attemptOf({ stored, deliveryCount }: WorkItem<NoticeEvent>, due: Due) {
    if (deliveryCount === 1) return 1;
    const { org, subscriptionId, noticeId } = due;
    const last = await this.options.store.last(noticeLogSubject(org, subscriptionId, noticeId));
    if (last === null || last.sequence < stored.sequence || !last.decoded.known) return 1;
    const tried = last.decoded.event.data as TriedData;
    if (tried.outcome !== 'failed') return 'done' as const;
    const dueMs = tried.nextAt === null ? 0 : Date.parse(tried.nextAt);
    const leftMs = dueMs - this.options.clock.nowMs();
    return leftMs > 0 ? { againAfterMs: leftMs } : tried.attempt + 1;
  }

  private async drop(due: Due, problem: string): Promise<Settled> {
    const result = { outcome: 'dropped', status: null, problem, tookMs: 0 } as const;
    return this.conclude(due, 1, { ...result, againAfterMs: null });
  }

  private async conclude(due: Due, attempt: number, result: Result): Promise<Settled> {
    const { store, clock, ids, metrics } = this.options;
    const { noticeId, org, subscriptionId, told } = due;
    const { againAfterMs, ...tried } = result;
    const nextAt = againAfterMs === null ? null : toTimestamp(clock.nowMs() + againAfterMs);
    metrics.tried(result);
    await store.append({
      subject: noticeLogSubject(org, subscriptionId, noticeId),
      event: record(
        {
          type: 'DeliveryTried',
          data: { noticeId, org, subscriptionId, type: told.type, attempt, ...tried, nextAt },
        },
        { actor: ACTOR, org, workspace: told.workspace, correlationId: told.eventId },
        clock,
        ids,
      ),
    });
    return againAfterMs === null ? 'done' : { againAfterMs };
  }
}

const laneOf = ({ subscription }: WebhookRecord): Lane => ({
  org: subscription.org,
  receiver: new URL(subscription.callbackUrl).origin,
});
