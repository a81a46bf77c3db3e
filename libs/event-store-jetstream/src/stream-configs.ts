import type { StreamConfig } from '@nats-io/jetstream';
import { CONTROL_FILTER, streams } from '#contracts';

export interface StreamChoices {
  /** Copies of each stream: 3 in production, 1 on one server. */
  readonly replicas: number;
}

export type WantedStream = Partial<Omit<StreamConfig, 'retention' | 'storage' | 'discard'>> & {
  readonly name: string;
  readonly retention: 'limits';
  readonly storage: 'file';
  readonly discard: 'old' | 'new';
};

/** Answers to repeated requests; a client may repeat one for a day. */
export const IDEMPOTENCY_BUCKET = 'IDEMPOTENCY';

/**
 * In the control log only these subjects hold events; the rest are the nodes' echoes, which are forgotten after seconds.
 * `null`: every message of the stream is an event.
 */
export const eventsOf = (stream: string): string | null =>
  stream === streams.control.name ? CONTROL_FILTER : null;

const NANOS_PER_HOUR = 3_600_000_000_000;
const DEDUPLICATED_FOR = 120_000_000_000;

/** The streams of architecture.md. Every one that may lose messages says so here, by age. */
export const streamConfigs = (choices: StreamChoices): readonly WantedStream[] => [
  ...lasting(choices),
  ...aging(choices),
];

/** Nothing in them goes by its age. */
const lasting = (choices: StreamChoices): readonly WantedStream[] => [
  {
    ...common(choices),
    name: streams.control.name,
    subjects: [...streams.control.subjects],
    description: 'Every control decision, for ever; echoes, for seconds',
    max_age: 0,
    // A full log refuses: it never forgets an order to make room.
    discard: 'new',
    deny_delete: true,
    deny_purge: true,
    allow_msg_ttl: true,
  },
  {
    ...common(choices),
    name: streams.intents.name,
    subjects: [...streams.intents.subjects],
    description: 'Durable work, until its intent is retired',
    max_age: 0,
    discard: 'new',
    deny_delete: true,
    deny_purge: false,
  },
  {
    ...common(choices),
    name: streams.ledger.name,
    subjects: [...streams.ledger.subjects],
    description: 'What was granted, spent and authorized under caps, for ever',
    max_age: 0,
    // A full ledger refuses: nothing is spent that it does not know.
    discard: 'new',
    deny_delete: true,
    deny_purge: true,
  },
];

/** The oldest goes first. */
const aging = (choices: StreamChoices): readonly WantedStream[] => [
  {
    ...common(choices),
    name: streams.activity.name,
    subjects: [...streams.activity.subjects],
    description: 'What gateways saw and decided, 30 days',
    max_age: 30 * 24 * NANOS_PER_HOUR,
    discard: 'old',
    deny_delete: true,
    deny_purge: true,
  },
  {
    ...common(choices),
    name: streams.sessions.name,
    subjects: [...streams.sessions.subjects],
    description: 'Sessions and their messages, 30 days',
    max_age: 30 * 24 * NANOS_PER_HOUR,
    discard: 'old',
    deny_delete: true,
    deny_purge: true,
  },
  {
    ...common(choices),
    name: streams.signals.name,
    subjects: [...streams.signals.subjects],
    description: 'What monitoring says, 30 days',
    max_age: 30 * 24 * NANOS_PER_HOUR,
    max_msg_size: 65_536,
    discard: 'old',
    deny_delete: true,
    deny_purge: true,
  },
  {
    ...common(choices),
    name: streams.notices.name,
    subjects: [...streams.notices.subjects],
    description: 'What webhooks are told, 30 days',
    max_age: 30 * 24 * NANOS_PER_HOUR,
    discard: 'old',
    deny_delete: true,
    deny_purge: true,
  },
  {
    ...common(choices),
    name: `KV_${IDEMPOTENCY_BUCKET}`,
    subjects: [`$KV.${IDEMPOTENCY_BUCKET}.>`],
    description: 'Answers already given, 25 hours',
    max_age: 25 * NANOS_PER_HOUR,
    max_msgs_per_subject: 1,
    discard: 'new',
    deny_delete: true,
    deny_purge: false,
    allow_rollup_hdrs: true,
  },
];

const common = ({ replicas }: StreamChoices) =>
  ({
    retention: 'limits',
    storage: 'file',
    num_replicas: replicas,
    duplicate_window: DEDUPLICATED_FOR,
    allow_direct: true,
    allow_atomic: true,
  }) as const;
