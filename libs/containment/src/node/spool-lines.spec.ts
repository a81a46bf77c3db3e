import { exampleOrder } from '../example/example-orders.js';
import { eventTextOf } from '../wire/order-event.js';
import { lineOf, readSpool } from './spool-lines.js';

const one = exampleOrder('a');
const two = exampleOrder('b');
const add = (order: typeof one): string => lineOf({ add: eventTextOf(order) });
const ids = (text: string) => readSpool(text)?.orders.map(({ order }) => order.orderId);

describe('a spool', () => {
  it('holds what was added and is not in the log', () => {
    const text = [lineOf({ log: 'x'.repeat(32) }), add(one), add(two)].join('');
    expect(readSpool(text)).toEqual({ incarnation: 'x'.repeat(32), orders: [one, two] });
    expect(ids(text + lineOf({ gone: one.order.orderId }))).toEqual([two.order.orderId]);
  });

  it('is empty on a new disk', () => {
    expect(readSpool('')).toEqual({ incarnation: null, orders: [] });
  });

  it('loses nothing but the end that a crash cut off, of which nobody was told', () => {
    const text = add(one) + add(two);
    for (let length = add(one).length; length < text.length - 1; length += 1) {
      expect(ids(text.slice(0, length))).toEqual([one.order.orderId]);
    }
    expect(ids(`${add(one)}\0\0\0\0\n\0\0`)).toEqual([one.order.orderId]);
  });

  it('is not read past damage in its middle: what lies there may be a stop', () => {
    const text = add(one) + add(two);
    for (let at = 0; at < add(one).length - 1; at += 7) {
      const flipped = text.slice(0, at) + (text[at] === '0' ? '1' : '0') + text.slice(at + 1);
      expect(readSpool(flipped)).toBeNull();
    }
  });
});
