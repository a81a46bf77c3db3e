import type { FactOf, WebhookSubscribed } from '#contracts';

/** Subscriptions of one org that stand. */
export const SUBSCRIPTIONS_MAX = 100;
/** Secrets that sign a delivery together while one is being changed. */
export const SECRETS_MAX = 3;

/** Groups of events that come from the mesh itself: nobody else can tell of them. */
export const OWN_GROUPS: ReadonlySet<string> = new Set([
  ...['stop', 'agent', 'key', 'policy', 'budget', 'session', 'signal', 'webhook'],
  ...['gateway', 'node', 'mesh', 'organization', 'workspace', 'drill'],
]);

type Place = Pick<FactOf<typeof WebhookSubscribed>['data'], 'org' | 'subscriptionId'>;

/** What a sealed secret belongs to: it opens for this subscription alone. */
export const secretPlace = ({ org, subscriptionId }: Place): string =>
  `webhook ${org} ${subscriptionId}`;
