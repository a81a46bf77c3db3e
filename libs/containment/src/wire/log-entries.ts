import { controlEvents, eventCodec, type ControlEvent, type Decoded } from '#contracts';
import { msOf, type LogEntry, type LogFact, type LogRecord } from '#domain';
import type { StoredControl } from '#platform';
import type { KeyRing } from '../keys/key-ring.js';
import { isInItsPlace, refusedAs } from './authentic.js';
import { readLately, signedOrderOf } from './order-event.js';

const codec = eventCodec<ControlEvent>(controlEvents);
const OTHER: LogFact = { kind: 'other', body: null };

/** An event as the log or an answer brought it. */
export interface RawEntry extends LogRecord {
  readonly sequence: number;
  readonly bytes: number;
  readonly trace?: Readonly<Record<string, string>>;
}

/** What a reader keeps of an event beside the protocol's view of it. */
export interface ReadRecord extends LogRecord {
  readonly decoded: Decoded<ControlEvent> | null;
  /** `false`: an event of the protocol that its signer did not sign, or that stands where it may not; it has no effect. */
  readonly isAuthentic: boolean;
  readonly trace: Readonly<Record<string, string>>;
}

/** Reads one event for the protocol. Its signer must be in the ring by then: see {@link learn}. */
export const entryOf = (raw: RawEntry, ring: KeyRing): LogEntry => {
  const { sequence, bytes, subject, storedAtMs, text, trace = {} } = raw;
  if (subject.startsWith('echo.')) {
    const record: ReadRecord = {
      subject,
      storedAtMs,
      text,
      decoded: null,
      isAuthentic: true,
      trace,
    };
    return { sequence, bytes, fact: echoFact(text), record };
  }
  const { decoded, authentic } = readEvent(raw, ring);
  const record: ReadRecord = { subject, storedAtMs, text, decoded, isAuthentic: authentic, trace };
  if (!decoded.known || !authentic) return { sequence, bytes, fact: OTHER, record };
  return { sequence, bytes, fact: factOf(decoded.event, text), record };
};

const readEvent = (
  { subject, text }: RawEntry,
  ring: KeyRing,
): { readonly decoded: Decoded<ControlEvent>; readonly authentic: boolean } => {
  // A stop was pushed before it is in the log: the same text was read and verified then.
  const order = readLately(text);
  const isVerified = order !== null && ring.hasVerified(order.signed.order);
  if (isVerified && isInItsPlace(order.event, subject))
    return { decoded: { known: true, event: order.event }, authentic: true };
  const decoded = codec.decode(text);
  const authentic = !decoded.known || refusedAs(decoded.event, { subject, text }, ring) === null;
  return { decoded, authentic };
};

/**
 * Takes the public keys of an event into the ring. To be called in the order of the log and without gaps: when the protocol
 * has taken the event, or for those of a verified answer, one after the other. What was learned before is not again.
 */
export const learn = ({ sequence, record }: LogEntry, ring: KeyRing): void => {
  if (sequence <= ring.position) return;
  ring.position = sequence;
  const { decoded, isAuthentic: authentic, storedAtMs } = record as ReadRecord;
  ring.passed(storedAtMs);
  if (authentic && decoded?.known) learnKeys(decoded.event, ring);
};

/** The event for a fold of the log; `null` for an echo, or for what has no effect. */
export const storedOf = ({ sequence, record }: LogEntry): StoredControl | null => {
  const { subject, storedAtMs, trace, decoded, isAuthentic: authentic } = record as ReadRecord;
  return decoded === null || !authentic ? null : { sequence, subject, storedAtMs, trace, decoded };
};

/** An echo's text: whose it is, of which process, and its number. */
export const echoText = (fact: Extract<LogFact, { kind: 'echo' }>): string =>
  JSON.stringify([fact.node, fact.process, fact.count]);

const echoFact = (text: string): LogFact => {
  try {
    const [node, process, count] = JSON.parse(text) as unknown[];
    const isEcho =
      typeof node === 'string' && typeof process === 'string' && Number.isSafeInteger(count);
    return isEcho ? { kind: 'echo', node, process, count: Number(count) } : OTHER;
  } catch {
    return OTHER;
  }
};

/** The keys that an authentic event brings, or takes away. */
export const learnKeys = (event: ControlEvent, ring: KeyRing): void => {
  const atMs = msOf(event.at);
  switch (event.type) {
    case 'NodeJoined':
    case 'NodeKeyRotated':
      return ring.add('node', event.data.node, event.data.publicKey, atMs);
    case 'NodeLeft':
    case 'NodeRemoved':
      return ring.nodeGone(event.data.node);
    case 'GatewayJoined':
      if (event.data.publicKey === null) return;
      return ring.add('gateway', event.data.gateway, event.data.publicKey, atMs);
    case 'GatewayKeyRotated':
      return ring.add('gateway', event.data.gateway, event.data.publicKey, atMs);
    default:
      return;
  }
};

// eslint-disable-next-line complexity -- one line for each kind of event
const factOf = (event: ControlEvent, text: string): LogFact => {
  switch (event.type) {
    case 'LogStarted':
      return { kind: 'log-started', incarnation: event.data.incarnation };
    case 'StopOrdered': {
      const signed = signedOrderOf(text);
      return signed === null ? OTHER : { kind: 'stop-ordered', signed };
    }
    case 'LogRestored':
      return event.data.confirms === null ? OTHER : { kind: 'log-restored', ...event.data };
    case 'StopLifted':
      return { kind: 'stop-lifted', orderId: event.data.orderId };
    case 'NodeJoined':
      return { kind: 'node-joined', node: event.data.node, join: event.data.join };
    case 'NodeLeft':
      return { kind: 'node-left', node: event.data.node };
    case 'NodeRemoved':
      return { kind: 'node-removed', node: event.data.node };
    case 'GatewayJoined':
      return { kind: 'gateway-joined', ...event.data };
    case 'GatewayLeft':
      return { kind: 'gateway-left', ...event.data };
    case 'GatewayRemoved':
      return { kind: 'gateway-removed', ...event.data };
    default:
      return OTHER;
  }
};
