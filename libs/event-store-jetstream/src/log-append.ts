import { headers, nuid, type Msg, type MsgHdrs } from '@nats-io/transport-node';
import type { EventCodec } from '#contracts';
import { type Appended, type AppendRequest, EventTooLargeError, type Sending } from '#event-store';
import {
  type ApiError,
  asPortError,
  ConnectionLostError,
  DUPLICATE_IN_BATCH,
  isPassing,
  ServerRefusal,
} from './nats-errors.js';
import type { NatsLink } from './nats-link.js';
import { addTrace } from './stored-messages.js';

/** While the stream has no leader or the server comes back, an append is tried again this often. */
const RETRY_PAUSE_MS = 25;
/** The server's own limit for one atomic batch. */
const BATCH_MAX = 1000;

interface Acknowledgement {
  readonly seq: number;
  readonly duplicate?: boolean;
  readonly error?: ApiError;
}

export interface Outgoing {
  readonly subject: string;
  readonly body: string;
  readonly headers: MsgHdrs;
}

/** Turns an append into the message that asks the server for it; refuses what is too large before sending. */
export const outgoing = <E extends { readonly id: string }>(
  link: NatsLink,
  stream: string,
  codec: EventCodec<E>,
  request: AppendRequest<E>,
): Outgoing => {
  const head = headers();
  head.set('Nats-Msg-Id', request.event.id);
  head.set('Nats-Expected-Stream', stream);
  if (request.expect) {
    head.set('Nats-Expected-Last-Subject-Sequence', String(request.expect.lastSequence));
    if (request.expect.of !== undefined) {
      head.set('Nats-Expected-Last-Subject-Sequence-Subject', request.expect.of);
    }
  }
  if (request.ttlSeconds !== undefined) head.set('Nats-TTL', String(request.ttlSeconds));
  addTrace(head, link.settings.trace?.inject());
  const body = codec.encode(request.event);
  const sizeBytes = Buffer.byteLength(body);
  const limitBytes = link.bodyBytesMax();
  if (sizeBytes > limitBytes) throw new EventTooLargeError(request.subject, sizeBytes, limitBytes);
  return { subject: request.subject, body, headers: head };
};

/** Finds where a message of this id was stored before; `null` where it was not. */
export type FindStored = (message: Outgoing) => Promise<number | null>;

export interface Appending {
  readonly findStored: FindStored;
  /** @default sent by itself */
  readonly sending?: Sending | undefined;
}

const atOnce: Sending = (send) => send();

/** The sender takes it back, whatever the server would say. */
class TakenBack {
  constructor(readonly reason: unknown) {}
}

/**
 * Appends one message. A broken connection or a missing leader is waited for within the link's time limit; the message
 * id makes the second try store nothing new. The server compares sequences before ids, so a try that was stored makes
 * the next one a conflict: then `findStored` tells whether it was our own event that came first.
 */
export const appendOne = (
  link: NatsLink,
  message: Outgoing,
  appending: Appending,
): Promise<Appended> => attempted(link, [message], appending);

/**
 * Appends all messages or none, as one atomic batch. The client library's own batch hides the server's reason for a
 * refusal, so the headers are set here.
 */
export const appendBatch = async (
  link: NatsLink,
  messages: readonly Outgoing[],
  appending: Appending,
): Promise<Appended> => {
  if (messages.length > BATCH_MAX) {
    throw new RangeError(`appendAll takes at most ${BATCH_MAX} events, not ${messages.length}`);
  }
  return attempted(link, messages, appending);
};

const attempted = async (
  link: NatsLink,
  messages: readonly Outgoing[],
  { findStored, sending = atOnce }: Appending,
): Promise<Appended> => {
  const last = messages.at(-1);
  if (!last) throw new TypeError('appendAll needs at least one event');
  return retried(link, last.subject, async (timeoutMs) => {
    try {
      return acknowledged(await send(link, messages, { timeoutMs, sending }), last.subject);
    } catch (error) {
      if (!mayBeStored(error)) throw error;
      const sequence = await findStored(last);
      if (sequence === null) throw error;
      return { sequence, duplicate: true };
    }
  });
};

const mayBeStored = (error: unknown): boolean =>
  error instanceof ServerRefusal && (error.errCode === DUPLICATE_IN_BATCH || error.wrongSequence);

const TOO_MANY_WAIT = new ServerRefusal(
  { code: 503, description: 'too many batches wait to be stored' },
  'append',
);

interface Try {
  readonly timeoutMs: number;
  readonly sending: Sending;
}

const send = async (
  link: NatsLink,
  messages: readonly Outgoing[],
  { timeoutMs, sending }: Try,
): Promise<Msg> => {
  const now = (): Promise<Msg> => sendBy(sending, () => sendTogether(link, messages, timeoutMs));
  if (messages.length === 1) return now();
  if (!(await link.batches.within(timeoutMs))) throw TOO_MANY_WAIT;
  try {
    nameBatch(messages);
    return await now();
  } finally {
    link.batches.release();
  }
};

const sendBy = (sending: Sending, sendNow: () => Promise<Msg>): Promise<Msg> => {
  let isAsked = false;
  try {
    return sending(() => {
      isAsked = true;
      return sendNow();
    });
  } catch (error) {
    throw isAsked ? error : new TakenBack(error);
  }
};

const sendTogether = (
  link: NatsLink,
  messages: readonly Outgoing[],
  timeoutMs: number,
): Promise<Msg> => {
  if (!link.connected()) throw new ConnectionLostError(false);
  for (const message of messages.slice(0, -1)) {
    link.nc.publish(message.subject, message.body, { headers: message.headers });
  }
  const last = messages[messages.length - 1] as Outgoing;
  return link.request(last.subject, last.body, { headers: last.headers, timeoutMs });
};

/** Each try is a batch of its own: the server may have kept the beginning of one that was cut off. */
const nameBatch = (messages: readonly Outgoing[]): void => {
  const batchId = nuid.next();
  messages.forEach((message, index) => {
    message.headers.set('Nats-Batch-Id', batchId);
    message.headers.set('Nats-Batch-Sequence', String(index + 1));
  });
  messages.at(-1)?.headers.set('Nats-Batch-Commit', '1');
};

/** What the stream answered to a message. @throws ServerRefusal when it said no */
export const acknowledged = (answer: Msg, subject: string): Appended => {
  const ack = answer.json<Acknowledgement>();
  if (ack.error) throw new ServerRefusal(ack.error, subject);
  return { sequence: ack.seq, duplicate: ack.duplicate ?? false };
};

/** How an append ends that is not tried again. */
const endOf = (error: unknown, lost: ConnectionLostError | null, subject: string): unknown => {
  const doing = `append to ${subject}`;
  if (!(error instanceof TakenBack)) return asPortError(error, doing, subject);
  // Who takes a later try back does not undo an earlier one that went out: nobody knows whether that is stored.
  return lost === null ? error.reason : asPortError(lost, doing, subject);
};

const sentAndLost = (error: unknown): ConnectionLostError | null =>
  error instanceof ConnectionLostError && error.sent ? error : null;

const retried = async (
  link: NatsLink,
  subject: string,
  attempt: (timeoutMs: number) => Promise<Appended>,
): Promise<Appended> => {
  const endMs = performance.now() + link.settings.timeoutMs;
  const isOver = (): boolean => performance.now() + RETRY_PAUSE_MS >= endMs || link.isClosed();
  let lost: ConnectionLostError | null = null;
  for (;;) {
    try {
      return await attempt(Math.max(1, endMs - performance.now()));
    } catch (error) {
      if (!isPassing(error) || isOver()) throw endOf(error, lost, subject);
      lost = sentAndLost(error) ?? lost;
      const pauseMs = RETRY_PAUSE_MS * (0.5 + Math.random() / 2);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      await link.whenConnected(endMs - performance.now());
    }
  }
};
