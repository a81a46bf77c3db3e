import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { type DeliveryEntry, type listDeliveries, type NoticeEvent } from '#contracts';
import type { EventStore, Stored } from '#event-store';
import { pageOf, toTimestamp } from '#platform';
import { answering } from '../control/log-problem.js';
import type { Caller } from '../control/operator.js';
import { WebhookSubscriptions } from './webhook-subscriptions.js';

export type ListedDeliveries = z.infer<typeof listDeliveries.response>;

/** So far back in the log of notices, entries of all orgs together. */
const ENTRIES_MAX = 50_000;

/** The log of notices, as the command API reads it. */
export class NoticeLog {
  constructor(readonly store: EventStore<NoticeEvent>) {}
}

/** What was delivered, and what came of it. */
@Injectable()
export class WebhookDeliveries {
  constructor(
    private readonly subscriptions: WebhookSubscriptions,
    private readonly notices: NoticeLog,
  ) {}

  async list(
    caller: Caller,
    id: string,
    { status, limit, cursor }: z.infer<typeof listDeliveries.query>,
  ): Promise<ListedDeliveries> {
    const { subscription } = await this.subscriptions.find(caller, id);
    const { org, subscriptionId } = subscription;
    const { store } = this.notices;
    const entries = await answering(async () => {
      const from = Math.max(1, (await store.lastSequence()) - ENTRIES_MAX);
      return deliveriesOf(await store.read(`notice.${org}.${subscriptionId}.>`, from));
    });
    const wanted = entries.filter((entry) => status === undefined || entry.status === status);
    const page = pageOf(wanted, { limit, cursor, keyOf: (entry) => entry.delivery_id });
    return { ok: true, deliveries: [...page.items], next_cursor: page.next_cursor };
  }
}

type Entry = { -readonly [K in keyof DeliveryEntry]: DeliveryEntry[K] };

/** One entry for each notice, newest first. A replay makes its notice pending again, and keeps its tries. */
export const deliveriesOf = (stored: readonly Stored<NoticeEvent>[]): DeliveryEntry[] => {
  const entries = new Map<string, Entry>();
  for (const { decoded, storedAtMs } of stored) {
    if (!decoded.known) continue;
    const { event } = decoded;
    const id = event.data.noticeId;
    const before = entries.get(id) ?? null;
    const at = toTimestamp(storedAtMs);
    if (event.type === 'NoticeDue') entries.set(id, pending(event.data, at, before));
    else if (before !== null) tried(event.data, at, before);
  }
  return [...entries.values()].reverse();
};

type DataOf<T extends NoticeEvent['type']> = Extract<NoticeEvent, { type: T }>['data'];

const pending = (
  { noticeId, told }: DataOf<'NoticeDue'>,
  at: Entry['created_at'],
  before: Entry | null,
): Entry => ({
  delivery_id: noticeId,
  event_id: told.eventId,
  event_type: told.type,
  status: 'pending',
  created_at: before?.created_at ?? at,
  next_attempt_at: null,
  attempts: before?.attempts ?? [],
});

const tried = (data: DataOf<'DeliveryTried'>, at: Entry['created_at'], entry: Entry): void => {
  const { attempt, outcome, status, problem, tookMs, nextAt } = data;
  entry.attempts.push({ attempt, at, outcome, status, problem, took_ms: tookMs });
  entry.status = outcome === 'failed' ? 'pending' : outcome;
  entry.next_attempt_at = nextAt;
};
