import type { OrderReceipt, Renewal, RenewalAnswer } from '#domain';
import { exampleOrder } from '../example/example-orders.js';
import {
  decodeAnswer,
  decodeConfirmed,
  decodeJoin,
  decodePush,
  decodeRenewal,
  encodeAnswer,
  encodeOrder,
  encodeReceipt,
  encodeRenewal,
} from './live-messages.js';
import { eventTextOf } from './order-event.js';

const last = { sequence: 3, storedAtMs: 1_700_000_000_000 };
const renewal: Renewal = {
  gateway: 'g1',
  boot: 2,
  nonce: 'n',
  position: 7,
  last,
  applied: ['stop_a'],
};
const receipt: OrderReceipt = {
  orderId: 'stop_a',
  gateway: 'g1',
  boot: 1,
  position: 4,
  appliedAfterMs: 0.25,
  cut: { streams: 1, calls: 0 },
  signature: 'k.s',
};
const order = exampleOrder('a');
const answer: RenewalAnswer = {
  node: 'n1',
  gateway: 'g1',
  boot: 2,
  nonce: 'n',
  members: ['n1', 'n2'],
  membershipSequence: 2,
  position: 9,
  last,
  events: [
    {
      sequence: 8,
      bytes: 2,
      fact: { kind: 'other', body: null },
      record: { subject: 'control.acme._.org.acme', storedAtMs: 5, text: '{}' },
    },
  ],
  pending: [order],
  more: false,
  logAgeMs: 3.5,
  echoAgeMs: null,
  wanted: [],
  signature: 'k.s',
};

describe('messages of the live protocol', () => {
  it('come out as they went in', () => {
    expect(decodeRenewal(encodeRenewal(renewal, 's'))).toEqual({ renewal, signature: 's' });
    expect(decodeConfirmed(encodeReceipt(receipt))).toEqual({ kind: 'receipt', receipt });
    expect(decodePush(encodeOrder(order))).toEqual({ kind: 'order', signed: order });
    expect(decodeAnswer(encodeAnswer(answer))?.answer).toEqual(answer);
  });

  it('keep fields of an order that this build does not know: they are signed, too', () => {
    const text = eventTextOf(order).replace('"mode":', '"later":1,"mode":');
    const pushed = decodePush(text);
    expect(pushed?.kind === 'order' && pushed.signed.order.details).toContain('"later":1');
    expect(pushed?.kind === 'order' && eventTextOf(pushed.signed)).toContain('"later":1');
  });

  const decoders = { decodeAnswer, decodeConfirmed, decodeJoin, decodePush, decodeRenewal };
  it.each(Object.entries(decoders))(
    'never throw: %s says null to what it cannot read',
    (_, decode) => {
      const texts = [
        '',
        'null',
        '[]',
        '{}',
        '{"test":1}',
        '{"kind":"join-asked"}',
        '\0',
        '"x"',
        '1e999',
      ];
      for (const text of texts) expect(decode(text)).toBeNull();
    },
  );

  it.each([
    { ...renewal, boot: -1 },
    { ...renewal, boot: 1.5 },
    { ...renewal, gateway: '' },
    { ...renewal, nonce: 'x'.repeat(1_000) },
    { ...renewal, applied: Array<string>(5_000).fill('x') },
    { ...renewal, more: 1 },
  ])('have limits, and no field beyond their own (%#)', (message) => {
    expect(decodeRenewal(JSON.stringify({ ...message, signature: 's' }))).toBeNull();
  });

  it('are unreadable whole when one order in them is', () => {
    const text = encodeAnswer(answer).replace('halt', 'freeze');
    expect(decodeAnswer(text)).toBeNull();
  });
});
