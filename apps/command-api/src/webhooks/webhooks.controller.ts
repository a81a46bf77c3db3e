import { Controller } from '@nestjs/common';
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
import { Endpoint, type Call } from '#platform';
import { callerOf } from '../control/operator.js';
import { AgentAlerts, type SetAlerts } from './agent-alerts.js';
import { WebhookDeliveries, type ListedDeliveries } from './webhook-deliveries.js';
import {
  WebhookEvents,
  type PublishedEvent,
  type ReplayedEvent,
  type TestedWebhook,
} from './webhook-events.js';
import {
  WebhookSubscriptions,
  type CreatedWebhook,
  type DeletedWebhook,
  type ListedWebhooks,
  type RotatedWebhook,
} from './webhook-subscriptions.js';

@Controller()
export class WebhooksController {
  constructor(
    private readonly subscriptions: WebhookSubscriptions,
    private readonly events: WebhookEvents,
    private readonly log: WebhookDeliveries,
    private readonly agentAlerts: AgentAlerts,
  ) {}

  @Endpoint(createWebhook)
  create(call: Call<typeof createWebhook>): Promise<CreatedWebhook> {
    return this.subscriptions.create(callerOf(call), call.body);
  }

  @Endpoint(listWebhooks)
  list(call: Call<typeof listWebhooks>): Promise<ListedWebhooks> {
    return this.subscriptions.list(callerOf(call), call.query);
  }

  @Endpoint(deleteWebhook)
  remove(call: Call<typeof deleteWebhook>): Promise<DeletedWebhook> {
    return this.subscriptions.remove(callerOf(call), call.params.subscription_id);
  }

  @Endpoint(rotateWebhook)
  rotate(call: Call<typeof rotateWebhook>): Promise<RotatedWebhook> {
    return this.subscriptions.rotate(callerOf(call), call.params.subscription_id, call.body);
  }

  @Endpoint(testWebhook)
  test(call: Call<typeof testWebhook>): Promise<TestedWebhook> {
    return this.events.test(callerOf(call), call.params.subscription_id);
  }

  @Endpoint(listDeliveries)
  deliveries(call: Call<typeof listDeliveries>): Promise<ListedDeliveries> {
    return this.log.list(callerOf(call), call.params.subscription_id, call.query);
  }

  @Endpoint(publishEvent)
  publish(call: Call<typeof publishEvent>): Promise<PublishedEvent> {
    return this.events.publish(callerOf(call), call.body);
  }

  @Endpoint(replayEvent)
  replay(call: Call<typeof replayEvent>): Promise<ReplayedEvent> {
    return this.events.replay(callerOf(call), call.params.event_id, call.body);
  }

  @Endpoint(putAlerts)
  alerts(call: Call<typeof putAlerts>): Promise<SetAlerts> {
    return this.agentAlerts.set(callerOf(call), call.params.address_id, call.body);
  }
}
