import { Webhook } from 'standardwebhooks';
import type { Told } from '#contracts';
import { deliveryBody, secretPlace, type WebhookRecord } from '#domain';
import type { Sealing } from '#platform';

export interface SignedRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Delivery {
  readonly noticeId: string;
  readonly told: Told;
  readonly subscription: WebhookRecord['subscription'];
  readonly nowMs: number;
}

const AGENT = 'Estop-Notifier/0.1';
const WHSEC = 'whsec_';

/** `whsec_` and base64, or any other text, whose bytes are the key. */
const signerOf = (secret: string): Webhook =>
  secret.startsWith(WHSEC)
    ? new Webhook(secret)
    : new Webhook(Buffer.from(secret), { format: 'raw' });

/**
 * A delivery as it is sent: the headers of Standard Webhooks, one signature for each secret that stands. PagerDuty checks
 * none, its routing key is in the body.
 *
 * @throws CannotUnseal
 */
export const signedRequest = (delivery: Delivery, sealing: Sealing): SignedRequest => {
  const { noticeId, told, subscription, nowMs } = delivery;
  const place = secretPlace(subscription);
  const secrets = subscription.secrets.map((sealed) => sealing.unseal(sealed, place));
  const body = deliveryBody(subscription.format, told, secrets[0] ?? '');
  const at = new Date(nowMs);
  const signatures =
    subscription.format === 'pagerduty'
      ? []
      : secrets.map((secret) => signerOf(secret).sign(noticeId, at, body));
  return {
    url: subscription.callbackUrl,
    body,
    headers: {
      'content-type': 'application/json',
      'user-agent': AGENT,
      'webhook-id': noticeId,
      'webhook-timestamp': String(Math.floor(nowMs / 1000)),
      ...(signatures.length > 0 && { 'webhook-signature': signatures.join(' ') }),
    },
  };
};
