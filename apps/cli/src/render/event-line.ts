import { objectOf, scopeOf, textOf, type Json } from './json.js';
import type { Paint } from './paint.js';
import { clock, reasonText, shown } from './words.js';

/** One control event in one line: when, what, whom, by whom, why. */
export const eventLine = (type: string, data: unknown, paint: Paint): string => {
  const event = objectOf(data);
  const inner = objectOf(event.data);
  const actor = objectOf(event.actor);
  const reason = textOf(event.reason) ?? textOf(inner.reason);
  const by = [textOf(actor.kind), textOf(actor.id)].filter((part) => part !== null).join(' ');
  const words = [
    paint.dim(clock(textOf(event.at) ?? '')),
    tone(type, paint)(type.padEnd(22)),
    ...[textOf(inner.mode), whom(inner)].filter((part) => part !== null).map(shown),
    ...(by === '' ? [] : [paint.dim(`by ${shown(by)}`)]),
    ...(reason === null ? [] : [reasonText(reason)]),
  ];
  return words.join('  ').trimEnd();
};

const tone = (type: string, paint: Paint) => {
  if (
    ['stop.ordered', 'gateway.removed', 'node.removed', 'key.revoked', 'log.restored'].includes(
      type,
    )
  )
    return paint.red;
  return type === 'stop.lifted' ? paint.green : (text: string) => text;
};

/** Fields that say what an event is about, the most telling first. */
const telling = [
  'address',
  'selector',
  'order_id',
  'gateway',
  'node',
  'key_id',
  'name',
  'workspace',
  'org',
];

const whom = (inner: Json): string | null => {
  for (const name of telling) {
    const value = inner[name];
    if (typeof value === 'string') return value;
    if (name === 'selector' && value !== undefined) return scopeOf(objectOf(value));
  }
  return null;
};
