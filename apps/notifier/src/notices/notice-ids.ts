import { createHash } from 'node:crypto';
import type { NoticeId, SubscriptionId } from '#contracts';

/** A UUID of version 8, made of a hash. */
const uuidOf = (parts: readonly string[]): string => {
  const hex = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  const groups = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
  ];
  return [...groups, hex.slice(20, 32)].join('-');
};

/** The same event makes the same notice for a subscription, whoever tells it and however often. */
export const noticeIdOf = (eventId: string, subscription: SubscriptionId): NoticeId =>
  uuidOf(['notice', eventId, subscription]) as NoticeId;

/** Of a fact that is in no single event. */
export const factIdOf = (...parts: readonly string[]): string => uuidOf(['fact', ...parts]);
