import type { LogEntry } from './log-entry.js';
import type { Renewal, RenewalAnswer, Signable, Unsigned } from './messages.js';

type Plain =
  null | boolean | number | string | readonly unknown[] | { readonly [key: string]: unknown };

const write = (value: Plain): string => {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => write(item as Plain)).join(',')}]`;
  const record = value as Readonly<Record<string, unknown>>;
  const fields = Object.keys(record)
    .filter((key) => record[key] !== undefined)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${write(record[key] as Plain)}`);
  return `{${fields.join(',')}}`;
};

/** JSON with sorted keys and no white space; what is `undefined` is left out. */
export const canonicalJson = (value: unknown): string => write(value as Plain);

/** The text to be signed of anything: its kind and version, then the value. One kind's is never another's. */
export const signedText = (kind: string, value: unknown): string =>
  `estop/${kind}/1\n${canonicalJson(value)}`;

/**
 * The one text, to be signed as UTF-8, of a message: its kind and version, then JSON with sorted keys and no white space.
 * The value is the message without a signature of its own; signatures of what it carries are signed with it.
 */
export const canonicalBytes = ({ kind, value }: Signable): string => {
  if (kind === 'renewal') return renewalText(value);
  if (kind !== 'answer') return signedText(kind, value);
  const carriesNothing = value.events.length === 0 && value.pending.length === 0;
  return carriesNothing
    ? answerText(value)
    : signedText(kind, { ...value, events: value.events.map(lineOf) });
};

/** Said many hundred times a second: the fields in the order of {@link canonicalJson}, so the text is the same in a tenth of the time. */
const renewalText = ({ applied, boot, gateway, last, nonce, position }: Renewal): string => {
  const { sequence, storedAtMs } = last;
  const sorted = { applied, boot, gateway, last: { sequence, storedAtMs }, nonce, position };
  return `estop/renewal/1\n${JSON.stringify(sorted satisfies Renewal)}`;
};

/** The same for an answer that carries nothing, as nearly all do. */
const answerText = (value: Unsigned<RenewalAnswer>): string => {
  const { sequence, storedAtMs } = value.last;
  const sorted = {
    boot: value.boot,
    echoAgeMs: value.echoAgeMs,
    events: value.events,
    gateway: value.gateway,
    last: { sequence, storedAtMs },
    logAgeMs: value.logAgeMs,
    members: value.members,
    membershipSequence: value.membershipSequence,
    more: value.more,
    node: value.node,
    nonce: value.nonce,
    pending: value.pending,
    position: value.position,
    wanted: value.wanted,
  };
  return `estop/answer/1\n${JSON.stringify(sorted satisfies Unsigned<RenewalAnswer>)}`;
};

// The fact says nothing that the record does not say.
const lineOf = ({ sequence, record: { subject, storedAtMs, text } }: LogEntry) => [
  sequence,
  subject,
  storedAtMs,
  text,
];
