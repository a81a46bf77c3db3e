import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { publishEvent, replayEvent, testWebhook, Told } from '#contracts';
import { OWN_GROUPS } from '#domain';
import { ApiProblem, invalidFields, toTimestamp } from '#platform';
import { Control } from '../control/control.js';
import type { Caller } from '../control/operator.js';
import { Notifier } from './notifier.js';
import { WebhookSubscriptions } from './webhook-subscriptions.js';

export type PublishedEvent = z.infer<typeof publishEvent.response>;
export type ReplayedEvent = z.infer<typeof replayEvent.response>;
export type TestedWebhook = z.infer<typeof testWebhook.response>;

/** Events that an operator tells: their own, a test, or one that was told before. */
@Injectable()
export class WebhookEvents {
  constructor(
    private readonly control: Control,
    private readonly subscriptions: WebhookSubscriptions,
    private readonly notifier: Notifier,
  ) {}

  async publish(
    { principal }: Caller,
    body: z.infer<typeof publishEvent.body>,
  ): Promise<PublishedEvent> {
    const { event_type: type, source, payload, owner_agent: owner } = body;
    requireForeign(type);
    await this.control.barrier();
    const { org } = principal;
    const told: Told = {
      ...{ eventId: this.control.parts.ids.uuid(), type, at: this.now(), org, about: null },
      workspace: principal.workspaceOnly ? principal.workspace : null,
      says: `${source} tells ${type}`,
      data: { source, payload },
    };
    const { queued } = await this.notifier.ask({ op: 'tell', org, told, subscriptionId: null });
    return counted(told, { source, owner: owner ?? null, queued, acceptedAt: told.at });
  }

  /** The same `webhook-id` as before: who had it already can tell. */
  async replay(
    caller: Caller,
    eventId: string,
    body: z.infer<typeof replayEvent.body>,
  ): Promise<ReplayedEvent> {
    const { principal } = caller;
    const subscriptionId = body.subscription_id ?? null;
    const org =
      subscriptionId === null
        ? principal.org
        : (await this.subscriptions.find(caller, subscriptionId)).subscription.org;
    const { queued, told } = await this.notifier.ask({
      ...{ op: 'replay', org, eventId, subscriptionId },
      workspace: principal.workspaceOnly ? principal.workspace : null,
    });
    if (told === null) throw new ApiProblem('not_found', `There is no event ${eventId} here.`);
    const source = typeof told.data.source === 'string' ? told.data.source : 'estop';
    const acceptedAt = this.now();
    const owner = body.owner_agent ?? null;
    return { ...counted(told, { source, owner, queued, acceptedAt }), replayed_at: acceptedAt };
  }

  async test(caller: Caller, id: string): Promise<TestedWebhook> {
    const { subscription, revokedAt } = await this.subscriptions.find(caller, id);
    const { subscriptionId, org, workspace } = subscription;
    if (revokedAt !== null) {
      throw new ApiProblem('conflict', `The webhook ${subscriptionId} has ended; make a new one.`);
    }
    const eventId = this.control.parts.ids.uuid();
    const told: Told = {
      ...{ eventId, type: 'webhook.test', at: this.now(), org, workspace, about: null },
      says: 'a test: this webhook is heard',
      data: { subscription_id: subscriptionId },
    };
    const { queued } = await this.notifier.ask({ op: 'tell', org, told, subscriptionId });
    return { ok: true, event_id: eventId, queued_deliveries: queued };
  }

  private now() {
    return toTimestamp(this.control.parts.clock.nowMs());
  }
}

const requireForeign = (type: string): void => {
  const [group = ''] = type.split('.');
  if (!OWN_GROUPS.has(group)) return;
  const message = `must not begin with "${group}.": only the mesh itself tells of those`;
  throw invalidFields([{ in: 'body', path: 'event_type', message }]);
};

interface Counts {
  readonly source: string;
  readonly owner: string | null;
  readonly queued: number;
  readonly acceptedAt: Told['at'];
}

const counted = (
  { eventId, type }: Told,
  { source, owner, queued, acceptedAt }: Counts,
): PublishedEvent => ({
  ok: true,
  accepted_at: acceptedAt,
  event_id: eventId,
  event_type: type,
  source,
  owner_agent: owner,
  queued_deliveries: queued,
  processed_deliveries: 0,
  delivered: 0,
  pending: queued,
  dead_lettered: 0,
});
