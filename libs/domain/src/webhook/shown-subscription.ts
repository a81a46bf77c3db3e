import type { FactOf, WebhookSubscribed } from '#contracts';

type Subscription = FactOf<typeof WebhookSubscribed>['data'];

/** The scheme and the host; what comes behind may be a secret, as Slack's is. */
const ORIGIN = /^[a-z]+:\/\/[^/?#]+/i;

/** A subscription as the audit and the live stream show it, to whoever may read those: nothing that lets one call, or sign. */
export const shownSubscription = ({
  secrets: _sealed,
  callbackUrl,
  ...shown
}: Subscription): Omit<Subscription, 'secrets'> => ({
  ...shown,
  callbackUrl: ORIGIN.exec(callbackUrl)?.[0] ?? '',
});
