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

/**
 * The one text, to be signed as UTF-8, of a message: its kind and version, then JSON with sorted keys and no white space.
 * The value is the message without a signature of its own; signatures of what it carries are signed with it.
 */
export const canonicalBytes = ({ kind, value }: Signable): string => {
  const plain = kind === 'answer' ? { ...value, events: value.events.map(lineOf) } : value;
  return `estop/${kind}/1\n${write(plain as unknown as Plain)}`;
};

// The fact says nothing that the record does not say.
const lineOf = ({ sequence, record: { subject, storedAtMs, text } }: LogEntry) => [
  sequence,
  subject,
  storedAtMs,
  text,
];
