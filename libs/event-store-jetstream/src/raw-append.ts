import { headers, type MsgHdrs } from '@nats-io/transport-node';
import { type Appended, EventTooLargeError, type RawAppend } from '#event-store';
import { acknowledged } from './log-append.js';
import { asPortError, ConnectionLostError } from './nats-errors.js';
import type { NatsLink } from './nats-link.js';
import { addTrace } from './stored-messages.js';

const DEFAULT_TIMEOUT_MS = 2_000;

/** Stores one message in one try; the caller knows best when to try again, and with what. */
export const appendRaw = async (
  link: NatsLink,
  stream: string,
  request: RawAppend,
): Promise<Appended> => {
  const { subject, text, timeoutMs = DEFAULT_TIMEOUT_MS } = request;
  const sizeBytes = Buffer.byteLength(text);
  if (sizeBytes > link.bodyBytesMax()) {
    throw new EventTooLargeError(subject, sizeBytes, link.bodyBytesMax());
  }
  try {
    // Asked while the connection is down, the link would wait for it.
    if (!link.connected()) throw new ConnectionLostError(false);
    const head = headersOf(stream, request);
    addTrace(head, { ...request.headers, ...link.settings.trace?.inject() });
    return acknowledged(await link.request(subject, text, { headers: head, timeoutMs }), subject);
  } catch (error) {
    throw asPortError(error, `append to ${subject}`, subject);
  }
};

const headersOf = (stream: string, request: RawAppend): MsgHdrs => {
  const head = headers();
  head.set('Nats-Expected-Stream', stream);
  if (request.messageId !== null) head.set('Nats-Msg-Id', request.messageId);
  if (request.expectLastSubjectSequence !== null) {
    head.set('Nats-Expected-Last-Subject-Sequence', String(request.expectLastSubjectSequence));
  }
  if (request.ttlSeconds !== undefined) head.set('Nats-TTL', String(request.ttlSeconds));
  return head;
};
