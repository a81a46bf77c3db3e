import {
  CONTROL_FILTER,
  ECHO_FILTER,
  gatewaySubject,
  keySubject,
  live,
  LOG_SUBJECT,
  streams,
} from '#contracts';
import { IDEMPOTENCY_BUCKET } from '../stream-configs.js';

/**
 * What one service may say on NATS and hear from it; everything else is refused by the server. Subjects as in the hub's
 * account. Its own inbox is not named: every user has one that nobody else reads.
 */
export interface Access {
  /** It may publish there. To a request comes one answer at most. */
  readonly says: readonly string[];
  /** It may ask there, and many answers come to one question. */
  readonly pulls: readonly string[];
  readonly hears: readonly string[];
  /** Requests that it hears and may answer, wherever the answer goes. */
  readonly serves: readonly string[];
  /**
   * Where other isolated services speak to it directly: what comes into the hub from one account does not go on to
   * another, tried on 2.15.1.
   */
  readonly peers: readonly string[];
}

const CONTROL = streams.control.name;
const INTENTS = streams.intents.name;
const ACTIVITY = streams.activity.name;
const LEDGER = streams.ledger.name;
const SESSIONS = streams.sessions.name;
const SIGNALS = streams.signals.name;
const NOTICES = streams.notices.name;
/** The bucket of answers already given, as a stream and as subjects. */
const ANSWERS = {
  stream: `KV_${IDEMPOTENCY_BUCKET}`,
  subjects: `$KV.${IDEMPOTENCY_BUCKET}.>`,
} as const;

const api = (verb: string, ...names: readonly string[]): string[] =>
  names.map((name) => `$JS.API.${verb}.${name}`);

/** Everybody waits at its start until all streams are there. */
const allStreams = [
  CONTROL,
  INTENTS,
  ACTIVITY,
  LEDGER,
  SESSIONS,
  SIGNALS,
  NOTICES,
  ANSWERS.stream,
] as const;
const seesStreams = api('STREAM.INFO', ...allStreams);

/**
 * Consumers of its own on these streams. The names of other users' consumers are random and never listed, so nobody
 * touches them.
 */
const follows = (...names: readonly string[]): string[] => [
  ...['CONSUMER.CREATE', 'CONSUMER.INFO', 'CONSUMER.DELETE'].flatMap((verb) =>
    api(verb, ...names.map((name) => `${name}.*`)),
  ),
  ...names.map((name) => `$JS.FC.${name}.>`),
];

const reads = (...names: readonly string[]): string[] => api('STREAM.MSG.GET', ...names);
const readsPages = (...names: readonly string[]): string[] => api('DIRECT.GET', ...names);

/** Makes the streams and the first facts, once; runs before everybody else. The only one who may shape a stream. */
export const provisionAccess: Access = {
  says: [
    LOG_SUBJECT,
    ...['org', 'workspace', 'key'].map((aggregate) => `control.*.*.${aggregate}.*`),
    ...seesStreams,
    ...['STREAM.CREATE', 'STREAM.UPDATE'].flatMap((verb) => api(verb, ...allStreams)),
    ...reads(CONTROL),
  ],
  pulls: readsPages(CONTROL),
  hears: [],
  serves: [],
  peers: [],
};

/** Command APIs: they write the control log and speak to everyone. Their ids are random, so subjects hold no names. */
export const nodeAccess: Access = {
  says: [
    CONTROL_FILTER,
    ECHO_FILTER,
    live.order('*'),
    live.answer('*'),
    live.join('*'),
    live.projector,
    live.backtest,
    live.notifier,
    'signal.*.*.*',
    ANSWERS.subjects,
    ...seesStreams,
    ...follows(CONTROL, LEDGER),
    ...reads(CONTROL, LEDGER, SESSIONS, NOTICES, ANSWERS.stream),
  ],
  pulls: readsPages(CONTROL, LEDGER, SESSIONS, NOTICES),
  hears: [
    live.orderFilter,
    live.renewalFilter,
    live.receiptFilter,
    live.positionFilter,
    live.handed('*'),
    live.join('*'),
  ],
  serves: [live.command, live.breach, live.gone],
  peers: [],
};

/** One gateway: speaks for itself alone, in its region alone. It has its hands in the work of all, as any gateway may. */
export const gatewayAccess = ({ id, region }: { id: string; region: string }): Access => ({
  says: [
    gatewaySubject(id),
    keySubject(id),
    live.renewal(id),
    live.receipt(id),
    live.position(region, id),
    live.handed('*'),
    live.answered('*'),
    live.command,
    ...streams.intents.subjects,
    ...streams.ledger.subjects,
    ...streams.sessions.subjects,
    `activity.${region}.>`,
    ANSWERS.subjects,
    ...seesStreams,
    ...follows(CONTROL, INTENTS, LEDGER, SESSIONS),
    // A queue's consumer names what it selects.
    `$JS.API.CONSUMER.CREATE.${INTENTS}.*.>`,
    `$JS.ACK.${INTENTS}.>`,
    // Forgets intents that ended seven days ago.
    ...api('STREAM.PURGE', INTENTS),
    ...reads(CONTROL, INTENTS, LEDGER, SESSIONS, ANSWERS.stream),
  ],
  pulls: [
    ...readsPages(CONTROL, INTENTS, ACTIVITY, LEDGER, SESSIONS),
    ...api('CONSUMER.MSG.NEXT', `${INTENTS}.*`),
  ],
  hears: [live.orderFilter, live.answer(id)],
  serves: [],
  peers: [live.answered(id)],
});

/** Reads both logs into Postgres, and writes changes of health under the region `hub`. */
export const projectorAccess: Access = {
  says: [
    'activity.hub.>',
    ...seesStreams,
    ...follows(CONTROL, ACTIVITY),
    ...reads(CONTROL, ACTIVITY),
  ],
  pulls: readsPages(CONTROL, ACTIVITY),
  hears: [],
  serves: [live.projector],
  peers: [],
};

/** Reads what happened, and tells command APIs of breaches; it can stop nobody by itself. */
export const evaluatorAccess: Access = {
  says: [
    live.breach,
    'activity.hub.>',
    ...seesStreams,
    ...follows(CONTROL, ACTIVITY, SIGNALS, SESSIONS),
    ...reads(CONTROL, ACTIVITY, SIGNALS, SESSIONS),
  ],
  pulls: readsPages(CONTROL, ACTIVITY, SIGNALS, SESSIONS),
  hears: [],
  serves: [live.backtest],
  peers: [],
};

/** Reads what happened, and keeps its own queue of what webhooks are still to be told. */
export const notifierAccess: Access = {
  says: [
    live.gone,
    ...streams.notices.subjects,
    ...seesStreams,
    ...follows(CONTROL, ACTIVITY, LEDGER),
    // Its queue: one consumer, which nothing but its own filter can make.
    `$JS.API.CONSUMER.CREATE.${NOTICES}.*.>`,
    ...api('CONSUMER.INFO', `${NOTICES}.*`),
    `$JS.ACK.${NOTICES}.>`,
    ...reads(CONTROL, ACTIVITY, LEDGER, NOTICES),
  ],
  pulls: [
    ...readsPages(CONTROL, ACTIVITY, LEDGER, NOTICES),
    ...api('CONSUMER.MSG.NEXT', `${NOTICES}.*`),
  ],
  hears: [],
  serves: [live.notifier],
  peers: [],
};

/** Monitoring from outside: it may say what it sees, and nothing else. */
export const signalsAccess: Access = {
  says: ['signal.*.*.*'],
  pulls: [],
  hears: [],
  serves: [],
  peers: [],
};
