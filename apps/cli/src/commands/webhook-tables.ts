import type { DeliveryEntry, WebhookEntry } from '#contracts';
import type { Paint } from '../render/paint.js';
import { table } from '../render/table.js';
import { shown, when } from '../render/words.js';

const scopeOf = (webhook: WebhookEntry): string =>
  webhook.agent ?? [webhook.org_id, webhook.workspace_id].filter(Boolean).join('/');

const statusOf = ({ revoked_at, active }: WebhookEntry, paint: Paint) => {
  if (revoked_at !== null) return { text: 'ended', paint: paint.red };
  return active ? 'active' : { text: 'off', paint: paint.yellow };
};

export const webhookTable = (webhooks: readonly WebhookEntry[], paint: Paint): string =>
  table(
    ['WEBHOOK', 'URL', 'EVENTS', 'ABOUT', 'FORMAT', 'SECRETS', 'STATUS'],
    webhooks.map((one) => [
      one.subscription_id,
      shown(one.callback_url),
      shown(one.event_types.join(',')),
      scopeOf(one),
      one.format,
      `${one.signing_secrets} …${shown(one.secret_hint)}`,
      statusOf(one, paint),
    ]),
    paint,
  );

const resultOf = ({ attempts, next_attempt_at }: DeliveryEntry): string => {
  const last = attempts.at(-1);
  if (last === undefined) return 'not tried yet';
  const said = last.problem ?? `HTTP ${last.status}`;
  return next_attempt_at === null ? said : `${said}; next try ${when(next_attempt_at)}`;
};

export const deliveryTable = (deliveries: readonly DeliveryEntry[], paint: Paint): string =>
  table(
    ['CREATED', 'EVENT', 'EVENT ID', 'STATUS', 'TRIES', 'LAST RESULT'],
    deliveries.map((one) => [
      when(one.created_at),
      shown(one.event_type),
      shown(one.event_id),
      one.status === 'delivered' ? one.status : { text: one.status, paint: paint.yellow },
      String(one.attempts.length),
      shown(resultOf(one)),
    ]),
    paint,
  );
