import type { NoticeId, SubscriptionId } from '#contracts';
import { factId } from '#platform';

/** The same event makes the same notice for a subscription, whoever tells it and however often. */
export const noticeIdOf = (eventId: string, subscription: SubscriptionId): NoticeId =>
  factId('notice', eventId, subscription) as NoticeId;
