import {
  createWebhook,
  deleteWebhook,
  listDeliveries,
  listWebhooks,
  publishEvent,
  putAlerts,
  replayEvent,
  rotateWebhook,
  testWebhook,
} from '#contracts';
import type { BodyOf, Caller } from './http/caller.js';
import type { CallOptions } from './http/transport.js';

export interface ListWebhooksQuery {
  readonly limit?: number;
  readonly cursor?: string;
  readonly org_id?: string;
  /** Those that have ended as well. */
  readonly revoked?: 'true';
}

export interface ListDeliveriesQuery {
  readonly limit?: number;
  readonly cursor?: string;
  readonly status?: string;
}

/** Who is told of events, and what came of telling. */
export class WebhooksApi {
  constructor(private readonly caller: Caller) {}

  /** A `secret` that is made by the mesh is in the answer, this once. */
  create(body: BodyOf<typeof createWebhook>, options?: CallOptions) {
    return this.caller.call(createWebhook, { body }, options);
  }

  list(query: ListWebhooksQuery = {}, options?: CallOptions) {
    return this.caller.call(listWebhooks, { query: { ...query } }, options);
  }

  /** For good. */
  remove(id: string, options?: CallOptions) {
    return this.caller.call(deleteWebhook, { params: { subscription_id: id } }, options);
  }

  /** Deliveries are signed with the old secret as well, until a call with `finish`. */
  rotate(id: string, body: BodyOf<typeof rotateWebhook> = {}, options?: CallOptions) {
    return this.caller.call(rotateWebhook, { params: { subscription_id: id }, body }, options);
  }

  test(id: string, options?: CallOptions) {
    return this.caller.call(testWebhook, { params: { subscription_id: id }, body: {} }, options);
  }

  deliveries(id: string, query: ListDeliveriesQuery = {}, options?: CallOptions) {
    const params = { subscription_id: id };
    return this.caller.call(listDeliveries, { params, query: { ...query } }, options);
  }

  /** Tells an event of your own. */
  publish(body: BodyOf<typeof publishEvent>, options?: CallOptions) {
    return this.caller.call(publishEvent, { body }, options);
  }

  /** Delivers an event again, under the same `webhook-id`. */
  replay(eventId: string, body: BodyOf<typeof replayEvent> = {}, options?: CallOptions) {
    return this.caller.call(replayEvent, { params: { event_id: eventId }, body }, options);
  }

  /** Tells a URL when the agent has spent a share of its caps. */
  alert(agent: string, body: BodyOf<typeof putAlerts>, options?: CallOptions) {
    return this.caller.call(putAlerts, { params: { address_id: agent }, body }, options);
  }
}
