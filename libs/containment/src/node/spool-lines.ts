import { z } from 'zod';
import type { SignedOrder, Spool } from '#domain';
import { sha256Hex } from '#platform';
import { signedOrderOf } from '../wire/order-event.js';

/** `add`: a stop as it was pushed; `gone`: the log has that order; `log`: the incarnation that the spool belongs to. */
const SpoolLine = z.union([
  z.strictObject({ add: z.string() }),
  z.strictObject({ gone: z.string() }),
  z.strictObject({ log: z.string() }),
]);
export type SpoolLine = z.infer<typeof SpoolLine>;

/** The line with its own checksum in front: a part of it, or another text, is no line. */
export const lineOf = (line: SpoolLine): string => {
  const json = JSON.stringify(line);
  return `${sha256Hex(json).slice(0, 16)} ${json}\n`;
};

type Entry = { readonly order: SignedOrder } | { readonly gone: string } | { readonly log: string };

/**
 * What a spool holds: `null` when a line in its middle is damaged. Damaged lines at its end are a write that a crash cut
 * off: nobody was told that they are on the disk.
 */
export const readSpool = (text: string): Spool | null => {
  const entries = text.split('\n').map(parse);
  const lastGood = entries.findLastIndex((entry) => entry !== null);
  const good = entries.slice(0, lastGood + 1);
  if (good.includes(null)) return null;
  return fold(good as Entry[]);
};

const fold = (entries: readonly Entry[]): Spool => {
  const orders = new Map<string, SignedOrder>();
  let incarnation: string | null = null;
  for (const entry of entries) {
    if ('order' in entry) orders.set(entry.order.order.orderId, entry.order);
    else if ('gone' in entry) orders.delete(entry.gone);
    else incarnation = entry.log;
  }
  return { incarnation, orders: [...orders.values()] };
};

const parse = (line: string): Entry | null => {
  const at = line.indexOf(' ');
  const json = line.slice(at + 1);
  if (at < 0 || sha256Hex(json).slice(0, 16) !== line.slice(0, at)) return null;
  try {
    const parsed = SpoolLine.parse(JSON.parse(json));
    if (!('add' in parsed)) return parsed;
    const order = signedOrderOf(parsed.add);
    return order === null ? null : { order };
  } catch {
    return null;
  }
};
