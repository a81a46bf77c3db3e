import type { Provider } from '@nestjs/common';
import {
  eventCodec,
  noticeEvents,
  signalCodec,
  streams,
  type NoticeEvent,
  type Signal,
} from '#contracts';
import type { EventStore, Messaging } from '#event-store';
import type { Nats } from '#event-store-jetstream';
import { FenceWatch } from '../gateways/fence-watch.js';
import { SignalLog } from '../signals/signal-log.js';
import { Signals } from '../signals/signals.js';
import { AgentAlerts } from './agent-alerts.js';
import { Notifier } from './notifier.js';
import { NoticeLog, WebhookDeliveries } from './webhook-deliveries.js';
import { WebhookEvents } from './webhook-events.js';
import { WebhookSecrets } from './webhook-secrets.js';
import { WebhookSubscriptions } from './webhook-subscriptions.js';

/** What comes in from monitoring, and what goes out to webhooks. */
export interface Outward {
  readonly notices: EventStore<NoticeEvent>;
  readonly signals: EventStore<Signal>;
  /** `null`: there are no webhooks. */
  readonly secretsKey: string | null;
}

export const outwardOf = (nats: Pick<Nats, 'eventStore'>, secretsKey: string | null): Outward => ({
  notices: nats.eventStore<NoticeEvent>(streams.notices.name, eventCodec(noticeEvents)),
  signals: nats.eventStore<Signal>(streams.signals.name, signalCodec),
  secretsKey,
});

export const outwardProviders = (outward: Outward, messaging: Messaging): Provider[] => [
  { provide: NoticeLog, useValue: new NoticeLog(outward.notices) },
  { provide: SignalLog, useValue: new SignalLog(outward.signals) },
  { provide: WebhookSecrets, useValue: new WebhookSecrets(outward.secretsKey) },
  { provide: Notifier, useValue: new Notifier(messaging) },
  ...[AgentAlerts, FenceWatch, Signals, WebhookDeliveries, WebhookEvents, WebhookSubscriptions],
];
