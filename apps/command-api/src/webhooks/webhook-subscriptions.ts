import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import {
  controlSubject,
  partsOf,
  SubscriptionId,
  type Address,
  type createWebhook,
  type deleteWebhook,
  type listWebhooks,
  type rotateWebhook,
  type WebhookFormat,
} from '#contracts';
import {
  SECRETS_MAX,
  SUBSCRIPTIONS_MAX,
  webhookDecider,
  type WebhookCommand,
  type WebhookRecord,
} from '#domain';
import { ApiProblem, canSee, invalidFields, pageOf } from '#platform';
import { findAgent } from '../agents/agent-reference.js';
import { Control } from '../control/control.js';
import { requireReach, type Caller, type Operator } from '../control/operator.js';
import { by } from '../control/recording.js';
import { scopeOf } from '../directory/directory-scope.js';
import { webhookEntry } from './webhook-entries.js';
import { WebhookSecrets } from './webhook-secrets.js';

type CreateBody = z.infer<typeof createWebhook.body>;
type Subscription = WebhookRecord['subscription'];
export type CreatedWebhook = z.infer<typeof createWebhook.response>;
export type ListedWebhooks = z.infer<typeof listWebhooks.response>;
export type DeletedWebhook = z.infer<typeof deleteWebhook.response>;
export type RotatedWebhook = z.infer<typeof rotateWebhook.response>;

/** Who is told, where, and with which secret. Delivering is the notifier's. */
@Injectable()
export class WebhookSubscriptions {
  constructor(
    private readonly control: Control,
    private readonly secrets: WebhookSecrets,
  ) {}

  /** @throws ApiProblem `conflict` when the org has as many as it may, or the mesh cannot seal secrets */
  async create(caller: Caller, body: CreateBody): Promise<CreatedWebhook> {
    await this.control.barrier();
    const { principal } = caller;
    const { org } = principal;
    const wish = wishOf(principal, body);
    const about = this.aboutOf(principal, wish.agent);
    requireReach(principal, org, wish.workspace);
    this.requireRoom(principal);
    requireRoutingKey(wish.format, wish.secret);
    const subscriptionId = SubscriptionId.parse(this.control.parts.ids.uuid());
    const secret = this.secrets.seal(wish.secret, { org, subscriptionId });
    const subscription: Subscription = {
      ...{ subscriptionId, org, workspace: wish.workspace, about, format: wish.format },
      ownerNote: wish.owner,
      callbackUrl: body.callback_url,
      eventTypes: body.event_types,
      active: wish.active,
      description: wish.description,
      secrets: [secret.sealed],
      secretHint: secret.hint,
    };
    await this.decide(caller, subscription, { type: 'SubscribeWebhook', ...subscription });
    return { ok: true, subscription: webhookEntry(this.read(subscriptionId)), secret: secret.made };
  }

  async list(
    { principal }: Caller,
    query: z.infer<typeof listWebhooks.query>,
  ): Promise<ListedWebhooks> {
    await this.control.barrier();
    const scope = scopeOf(principal, query);
    const { owner_agent: owner, revoked = false, limit, cursor } = query;
    const all = scope === null ? [] : [...this.control.view.webhooks.all(scope.org)];
    const seen = all
      .filter(({ subscription: { org, workspace } }) => canSee(principal, org, workspace))
      .filter((record) => revoked || record.revokedAt === null)
      .filter(({ subscription }) => owner === undefined || subscription.ownerNote === owner);
    const keyOf = ({ subscription }: WebhookRecord) => subscription.subscriptionId;
    const page = pageOf(seen, { limit, cursor, keyOf });
    return {
      ok: true,
      subscriptions: page.items.map(webhookEntry),
      next_cursor: page.next_cursor,
    };
  }

  /** Ending it twice changes nothing the second time. */
  async remove(caller: Caller, id: string): Promise<DeletedWebhook> {
    const { subscription } = await this.find(caller, id);
    const { subscriptionId, org } = subscription;
    await this.decide(caller, subscription, {
      ...{ type: 'RevokeWebhook', subscriptionId, org, cause: 'operator' },
    });
    const { revokedAt } = this.read(subscriptionId);
    if (revokedAt === null) throw unreadable(subscriptionId);
    return { ok: true, subscription_id: subscriptionId, revoked_at: revokedAt };
  }

  /** Deliveries are signed with the older secrets as well, until one call finishes the change. */
  async rotate(
    caller: Caller,
    id: string,
    { secret, finish }: z.infer<typeof rotateWebhook.body>,
  ): Promise<RotatedWebhook> {
    const { subscription } = await this.find(caller, id);
    const { format, subscriptionId } = subscription;
    if (finish && secret) {
      const message = 'must not be given with "finish": that makes no new secret';
      throw invalidFields([{ in: 'body', path: 'secret', message }]);
    }
    if (finish) {
      await this.change(caller, subscription, { secrets: subscription.secrets.slice(0, 1) });
      return { ok: true, subscription: webhookEntry(this.read(subscriptionId)), secret: null };
    }
    requireRoutingKey(format, secret ?? null);
    const next = this.secrets.seal(secret ?? null, subscription);
    // PagerDuty knows one routing key; there is nothing to sign twice.
    const kept = format === 'pagerduty' ? [] : subscription.secrets.slice(0, SECRETS_MAX - 1);
    await this.change(caller, subscription, {
      secrets: [next.sealed, ...kept],
      secretHint: next.hint,
    });
    return { ok: true, subscription: webhookEntry(this.read(subscriptionId)), secret: next.made };
  }

  /** @throws ApiProblem `not_found` for unknown ones and for those of others */
  async find({ principal }: Caller, id: string): Promise<WebhookRecord> {
    await this.control.barrier();
    const parsed = SubscriptionId.safeParse(id);
    const record = parsed.success ? this.control.view.webhooks.get(parsed.data) : null;
    const place = record?.subscription;
    if (record && place && canSee(principal, place.org, place.workspace)) return record;
    throw new ApiProblem('not_found', `There is no webhook ${id.slice(0, 63)} here.`);
  }

  private change(caller: Caller, before: Subscription, change: Partial<Subscription>) {
    return this.decide(caller, before, { type: 'ChangeWebhook', ...before, ...change });
  }

  private async decide(
    caller: Caller,
    { org, workspace, subscriptionId }: Subscription,
    command: WebhookCommand,
  ): Promise<void> {
    const outcome = await this.control.decide({
      subject: controlSubject(org, workspace, 'webhook', subscriptionId),
      decider: webhookDecider,
      command,
      about: by(caller, { org, workspace }),
    });
    if (!outcome.accepted) {
      throw new ApiProblem('conflict', `The webhook ${subscriptionId} has ended; make a new one.`);
    }
    await this.control.barrier();
  }

  private read(id: SubscriptionId): WebhookRecord {
    const record = this.control.view.webhooks.get(id);
    if (record) return record;
    throw unreadable(id);
  }

  private aboutOf(principal: Operator, agent: string | null): Address | null {
    if (agent === null) return null;
    const field = { in: 'body', path: 'agent' } as const;
    const { address } = findAgent({ view: this.control.view, caller: principal, field }, agent);
    if (partsOf(address).org === principal.org) return address;
    const message = 'must be an agent of the org of the key';
    throw invalidFields([{ ...field, message }]);
  }

  private requireRoom({ org }: Operator): void {
    const all = [...this.control.view.webhooks.all(org)];
    const standing = all.filter(({ revokedAt }) => revokedAt === null).length;
    if (standing < SUBSCRIPTIONS_MAX) return;
    const detail = `The org ${org} has ${SUBSCRIPTIONS_MAX} webhooks, and no more are allowed. Remove one first.`;
    throw new ApiProblem('conflict', detail, { details: { limit: SUBSCRIPTIONS_MAX } });
  }
}

/** What was left out has its meaning here. A key of one workspace hears of that one. */
const wishOf = (principal: Operator, body: CreateBody) => {
  const own = principal.workspaceOnly ? principal.workspace : null;
  return {
    ...notesOf(body),
    agent: body.agent ?? null,
    secret: body.secret ?? null,
    workspace: body.workspace_id ?? own,
    format: body.format ?? ('standard' as const),
  };
};

const notesOf = ({ owner_agent, description, active }: CreateBody) => ({
  owner: owner_agent ?? null,
  description: description ?? null,
  active: active ?? true,
});

const unreadable = (id: string): ApiProblem =>
  new ApiProblem('log_unavailable', `The webhook ${id} was written and cannot be read yet.`);

const requireRoutingKey = (format: WebhookFormat, secret: string | null): void => {
  if (format !== 'pagerduty' || secret !== null) return;
  const message = 'is needed for pagerduty: the routing key of the integration';
  throw invalidFields([{ in: 'body', path: 'secret', message }]);
};
