import type { HoldingOrder } from '#contracts';
import type { Paint } from './paint.js';
import { table } from './table.js';
import { reasonText, when } from './words.js';

/** The orders that hold an agent, the strictest first. */
export const holdTable = (orders: readonly HoldingOrder[], paint: Paint): string =>
  table(
    ['MODE', 'ORDER', 'SCOPE', 'SINCE', 'BY', 'REASON'],
    orders.map((order) => [
      { text: order.mode, paint: paint.red },
      order.order_id,
      order.scope,
      when(order.since),
      `${order.actor.kind} ${order.actor.id}`,
      reasonText(order.reason),
    ]),
    paint,
  );
