import { writtenControl } from '#containment';
import {
  activityEvents,
  eventCodec,
  GoneAnswer,
  ledgerEvents,
  live,
  noticeEvents,
  streams,
  type ActivityEvent,
  type EventCodec,
  type LedgerEvent,
  type NoticeEvent,
} from '#contracts';
import type { WebhookRecord } from '#domain';
import type { EventStore, Messaging, WorkQueues } from '#event-store';
import type { Check, Clock, Ids, Logger, Metrics, Outbound, Sealing } from '#platform';
import { Deliveries } from './delivery/deliveries.js';
import { ActivityFacts } from './facts/activity-facts.js';
import { ControlFacts } from './facts/control-facts.js';
import { LedgerFacts } from './facts/ledger-facts.js';
import type { Places } from './facts/places.js';
import { NoticeWriter } from './notices/notice-writer.js';
import { Patience } from './notices/patience.js';
import { notifierMetrics } from './notifier-metrics.js';
import { answerRequests } from './requests/notifier-requests.js';

/** The part of a NATS connection that the notifier uses. */
export interface Logs {
  eventStore<E extends { readonly id: string }>(
    stream: string,
    codec: EventCodec<E>,
  ): EventStore<E>;
  workQueues<E>(stream: string, codec: EventCodec<E>): WorkQueues<E>;
  messaging(): Messaging;
}

export interface NotifierOptions {
  readonly nats: Logs;
  readonly places: Places;
  readonly outbound: Outbound;
  readonly sealing: Sealing;
  readonly timeoutMs: number;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  random(): number;
}

const GONE_MS = 3_000;

/** Facts into notices, notices to their receivers, and answers to command APIs. */
export class Notifier {
  private readonly patience: Patience;
  private readonly control: ControlFacts;
  private readonly activity: ActivityFacts;
  private readonly ledger: LedgerFacts;
  private readonly writer: NoticeWriter;
  private readonly deliveries: Deliveries;
  private requests: { stop(): void } | null = null;

  constructor(private readonly options: NotifierOptions) {
    const { nats, places, clock, ids, log, metrics } = options;
    const { control, activity, ledger, notices } = streams;
    this.patience = new Patience(log);
    const shared = { places, patience: this.patience, clock, log };
    this.control = new ControlFacts({
      ...shared,
      store: nats.eventStore(control.name, writtenControl),
    });
    this.activity = new ActivityFacts({
      ...shared,
      store: nats.eventStore(activity.name, eventCodec<ActivityEvent>(activityEvents)),
    });
    const { view } = this.control;
    this.ledger = new LedgerFacts({
      ...{ view, patience: this.patience, clock, log },
      store: nats.eventStore(ledger.name, eventCodec<LedgerEvent>(ledgerEvents)),
    });
    const codec = eventCodec<NoticeEvent>(noticeEvents);
    const store = nats.eventStore(notices.name, codec);
    this.writer = new NoticeWriter({ store, view, clock, ids });
    this.deliveries = new Deliveries({
      ...{ store, view, patience: this.patience, clock, ids, log },
      queues: nats.workQueues(notices.name, codec),
      sender: { ...options, gone: (record) => this.gone(record) },
      metrics: notifierMetrics(metrics, () => this.deliveries.backlog()),
    });
  }

  /** Resolves when everything that the logs hold is told, and deliveries go on. */
  async start(): Promise<void> {
    const { nats, log } = this.options;
    await this.control.start(this.writer);
    await this.deliveries.start();
    this.requests = answerRequests({
      ...{ messaging: nats.messaging(), view: this.control.view, writer: this.writer, log },
      barrier: () => this.control.barrier(),
    });
    await Promise.all([this.activity.start(this.writer), this.ledger.start(this.writer)]);
  }

  /** For `/readyz`. */
  checks(): Readonly<Record<string, () => Check>> {
    return {
      control_log: () => checkOf(this.control),
      activity_log: () => checkOf(this.activity),
      ledger: () => checkOf(this.ledger),
    };
  }

  async stop(): Promise<void> {
    this.patience.end();
    this.requests?.stop();
    await Promise.all([this.control.stop(), this.activity.stop(), this.ledger.stop()]);
    await this.deliveries.stop();
    await this.options.places.save();
  }

  /** Only a command API may write the control log. */
  private async gone({ subscription }: WebhookRecord): Promise<boolean> {
    const { org, subscriptionId } = subscription;
    const asked = JSON.stringify({ org, subscriptionId });
    try {
      const bytes = await this.options.nats.messaging().request(live.gone, asked, GONE_MS);
      return GoneAnswer.parse(JSON.parse(Buffer.from(bytes).toString())).ok;
    } catch (error) {
      this.options.log.warn({ err: error }, 'no command API ended a webhook: trying again later');
      return false;
    }
  }
}

const checkOf = (facts: { trouble(): string | null }): Check => {
  const detail = facts.trouble();
  return detail === null ? { ok: true } : { ok: false, detail };
};
