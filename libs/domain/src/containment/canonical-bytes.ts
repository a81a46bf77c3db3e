import type { LogEntry } from './log-entry.js';
import type { Signable } from './messages.js';

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
  const plain = kind === 'answer' ? { ...value, events: value.events.map(lineOf) } : value;
  return signedText(kind, plain);
};

// The fact says nothing that the record does not say.
const lineOf = ({ sequence, record: { subject, storedAtMs, text } }: LogEntry) => [
  sequence,
  subject,
  storedAtMs,
  text,
];
