import { noticeSubject, type NoticeEvent, type SubscriptionId, type Told } from '#contracts';
import { isWanted, type ControlView, type Heard, type WebhookRecord } from '#domain';
import { WrongSequenceError, type EventStore } from '#event-store';
import { record, type Clock, type Ids } from '#platform';
import { noticeIdOf } from './notice-ids.js';

export interface NoticeWriterOptions {
  readonly store: EventStore<NoticeEvent>;
  readonly view: Pick<ControlView, 'webhooks'>;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** At most so many characters of JSON. */
const TOLD_MAX = 48_000;
const ACTOR = { kind: 'system', id: 'notifier', via: 'notice' } as const;

/** Whom else a fact concerns, besides the agent that it names. */
export type Concerns = Heard['concerns'];

/** Puts notices into their stream, one for each subscription that wants to hear; the same one is put there once. */
export class NoticeWriter {
  constructor(private readonly options: NoticeWriterOptions) {}

  /** Who wants to hear of it now. */
  wanting(told: Told, concerns?: Concerns): WebhookRecord[] {
    const heard: Heard = { ...told, ...(concerns && { concerns }) };
    const all = [...this.options.view.webhooks.all(told.org ?? undefined)];
    return all.filter((subscription) => isWanted(subscription, heard));
  }

  /** How many were not there yet. @throws LogUnavailableError */
  async write(told: Told, to: readonly WebhookRecord[]): Promise<number> {
    const fitting = JSON.stringify(told).length > TOLD_MAX ? { ...told, data: TOO_LARGE } : told;
    const written = await Promise.all(to.map((subscription) => this.once(fitting, subscription)));
    return written.filter(Boolean).length;
  }

  /** Delivers it again, under the same id. `null`: this subscription was never told of the event. */
  async again(eventId: string, subscription: WebhookRecord): Promise<Told | null> {
    const { org, subscriptionId } = subscription.subscription;
    const subject = noticeSubject(org, subscriptionId, noticeIdOf(eventId, subscriptionId));
    const first = (await this.options.store.first(subject))?.decoded;
    if (!first?.known || first.event.type !== 'NoticeDue') return null;
    const { told } = first.event.data;
    await this.options.store.append({ subject, event: this.due(told, subscriptionId, org, true) });
    return told;
  }

  private async once(told: Told, { subscription }: WebhookRecord): Promise<boolean> {
    const { org, subscriptionId } = subscription;
    const noticeId = noticeIdOf(told.eventId, subscriptionId);
    try {
      await this.options.store.append({
        subject: noticeSubject(org, subscriptionId, noticeId),
        event: this.due(told, subscriptionId, org, false),
        expect: { lastSequence: 0 },
      });
      return true;
    } catch (error) {
      if (error instanceof WrongSequenceError) return false;
      throw error;
    }
  }

  private due(
    told: Told,
    subscriptionId: SubscriptionId,
    org: WebhookRecord['subscription']['org'],
    replayed: boolean,
  ): NoticeEvent {
    const { clock, ids } = this.options;
    const noticeId = noticeIdOf(told.eventId, subscriptionId);
    return record(
      { type: 'NoticeDue', data: { noticeId, org, subscriptionId, told, replayed } },
      { actor: ACTOR, org, workspace: told.workspace, correlationId: told.eventId },
      clock,
      ids,
    );
  }
}

const TOO_LARGE = { left_out: 'too large for a notice; ask the API for it' };
