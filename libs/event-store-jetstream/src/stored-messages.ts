import type { MsgHdrs } from '@nats-io/transport-node';
import type { EventCodec } from '#contracts';
import type { Stored } from '#event-store';

const TRACE_HEADERS = ['traceparent', 'tracestate'] as const;
const NONE: Readonly<Record<string, string>> = Object.freeze({});
const utf8 = new TextDecoder();

/** A stored message as it came, before anybody looked inside. */
export interface RawMessage {
  readonly sequence: number;
  readonly subject: string;
  readonly storedAtMs: number;
  readonly data: Uint8Array;
  readonly headers: HeaderSource | undefined;
}

export interface HeaderSource {
  get(name: string): string;
}

/** The W3C trace headers of a message. */
export const traceOf = (headers: HeaderSource | undefined): Readonly<Record<string, string>> => {
  if (!headers) return NONE;
  const found: Record<string, string> = {};
  for (const name of TRACE_HEADERS) {
    const value = headers.get(name);
    if (value) found[name] = value;
  }
  return found;
};

export const addTrace = (headers: MsgHdrs, trace: Record<string, string> | undefined): void => {
  for (const [name, value] of Object.entries(trace ?? {})) headers.set(name, value);
};

export const storedOf = <E>(raw: RawMessage, codec: EventCodec<E>): Stored<E> => ({
  sequence: raw.sequence,
  subject: raw.subject,
  storedAtMs: raw.storedAtMs,
  trace: traceOf(raw.headers),
  decoded: codec.decode(utf8.decode(raw.data)),
});

/** What a delivered message's reply subject says (`$JS.ACK.…`, with or without domain and account). */
export interface DeliveryInfo {
  readonly deliveryCount: number;
  readonly sequence: number;
  readonly deliverySeq: number;
  readonly storedAtMs: number;
  /** Matching messages that come after this one. */
  readonly pending: number;
}

export const deliveryInfo = (reply: string): DeliveryInfo => {
  const tokens = reply.split('.');
  const at = tokens.length > 9 ? 6 : 4;
  const nanos = tokens[at + 3] ?? '';
  return {
    deliveryCount: Number(tokens[at]),
    sequence: Number(tokens[at + 1]),
    deliverySeq: Number(tokens[at + 2]),
    // Cut off as text: a double does not hold nanoseconds since 1970.
    storedAtMs: Number(nanos.slice(0, -6)),
    pending: Number(tokens[at + 4]),
  };
};

/** The answer of `STREAM.MSG.GET`: headers and data as base64. */
export interface MessageAnswer {
  readonly message: {
    readonly subject: string;
    readonly seq: number;
    readonly time: string;
    readonly hdrs?: string;
    readonly data?: string;
  };
}

export const rawOfAnswer = ({ message }: MessageAnswer): RawMessage => ({
  sequence: message.seq,
  subject: message.subject,
  storedAtMs: Date.parse(message.time),
  data: Buffer.from(message.data ?? '', 'base64'),
  headers: headersOf(Buffer.from(message.hdrs ?? '', 'base64').toString('utf8')),
});

const headersOf = (text: string): HeaderSource => {
  const byName = new Map<string, string>();
  for (const line of text.split('\r\n').slice(1)) {
    const colon = line.indexOf(':');
    if (colon > 0) byName.set(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return { get: (name) => byName.get(name) ?? '' };
};
