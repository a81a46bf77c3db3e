import type { WebhookEntry } from '#contracts';
import type { WebhookRecord } from '#domain';

export const webhookEntry = (record: WebhookRecord): WebhookEntry => {
  const { subscription, createdAt, updatedAt, revokedAt } = record;
  return {
    subscription_id: subscription.subscriptionId,
    owner_agent: subscription.ownerNote,
    callback_url: subscription.callbackUrl,
    event_types: [...subscription.eventTypes],
    active: subscription.active && revokedAt === null,
    description: subscription.description,
    created_at: createdAt,
    updated_at: updatedAt,
    revoked_at: revokedAt,
    secret_hint: subscription.secretHint,
    signing_secrets: subscription.secrets.length,
    org_id: subscription.org,
    workspace_id: subscription.workspace,
    agent: subscription.about,
    format: subscription.format,
  };
};
