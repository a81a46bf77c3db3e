import type { ControlEvent, OrgName, SubscriptionId } from '#contracts';
import type { WebhookRecord } from './governance-records.js';

type Of<T extends ControlEvent['type']> = Extract<ControlEvent, { type: T }>;

/** Who wants to be told of what. */
export class WebhookFold {
  readonly #subscriptions = new Map<SubscriptionId, WebhookRecord>();

  /** Revoked ones included. */
  get(id: SubscriptionId): WebhookRecord | null {
    return this.#subscriptions.get(id) ?? null;
  }

  *all(org?: OrgName): Generator<WebhookRecord> {
    for (const record of this.#subscriptions.values()) {
      if (org === undefined || record.subscription.org === org) yield record;
    }
  }

  subscribe({ data, at }: Of<'WebhookSubscribed'>, sequence: number): void {
    const before = this.#subscriptions.get(data.subscriptionId);
    if (before !== undefined && before.revokedAt !== null) return;
    const createdAt = before?.createdAt ?? at;
    this.#subscriptions.set(data.subscriptionId, {
      ...{ subscription: data, createdAt, updatedAt: at, revokedAt: null, sequence },
    });
  }

  revoke({ data, at }: Of<'WebhookRevoked'>, sequence: number): void {
    const before = this.#subscriptions.get(data.subscriptionId);
    if (before === undefined || before.revokedAt !== null) return;
    this.#subscriptions.set(data.subscriptionId, {
      ...before,
      revokedAt: at,
      updatedAt: at,
      sequence,
    });
  }
}
