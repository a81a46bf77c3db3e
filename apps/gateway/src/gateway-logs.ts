import {
  activityEvents,
  controlEvents,
  eventCodec,
  ledgerEvents,
  sessionEvents,
  streams,
  workEvents,
  type ActivityEvent,
  type ControlEvent,
  type LedgerEvent,
  type SessionEvent,
  type WorkEvent,
} from '#contracts';
import type { EventStore, KeyValue, Messaging, RawLog, WorkQueues } from '#event-store';
import { IDEMPOTENCY_BUCKET, missingStreams, type Nats, type Ways } from '#event-store-jetstream';

/** Everything of the mesh's logs that a gateway uses for traffic, behind its ports. */
export interface GatewayLogs {
  /** To look things up in; its only reader for the fold is the kill path. */
  readonly control: EventStore<ControlEvent>;
  readonly work: EventStore<WorkEvent>;
  readonly activity: EventStore<ActivityEvent>;
  readonly sessions: EventStore<SessionEvent>;
  readonly ledger: EventStore<LedgerEvent>;
  readonly queues: WorkQueues<WorkEvent>;
  readonly messaging: Messaging;
  readonly idempotency: KeyValue;
}

/** What the containment protocol speaks over, and stops that are handed over. */
export interface KillPath {
  readonly log: RawLog;
  readonly messaging: Messaging;
}

/** The connections of the kill path, or one that is nothing else. */
export type KillPathConnection = Pick<Ways, 'rawLog' | 'messaging' | 'connected'>;

export const gatewayLogs = (nats: Nats): GatewayLogs => {
  const work = eventCodec<WorkEvent>(workEvents);
  return {
    control: nats.eventStore(streams.control.name, eventCodec<ControlEvent>(controlEvents)),
    work: nats.eventStore(streams.intents.name, work),
    activity: nats.eventStore(streams.activity.name, eventCodec<ActivityEvent>(activityEvents)),
    sessions: nats.eventStore(streams.sessions.name, eventCodec<SessionEvent>(sessionEvents)),
    ledger: nats.eventStore(streams.ledger.name, eventCodec<LedgerEvent>(ledgerEvents)),
    queues: nats.workQueues(streams.intents.name, work),
    messaging: nats.messaging(),
    idempotency: nats.keyValue(IDEMPOTENCY_BUCKET),
  };
};

export const killPath = (control: KillPathConnection): KillPath => ({
  log: control.rawLog(streams.control.name),
  messaging: control.messaging(),
});

const AGAIN_AFTER_MS = 100;

/** Streams are made by the provisioning alone; a service that starts before it waits, until it is stopped. */
export const streamsThere = async (nats: Nats, stopping: () => boolean): Promise<void> => {
  while (!stopping()) {
    const missing = await missingStreams(nats).catch(() => ['not known yet']);
    if (missing.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER_MS));
  }
};
