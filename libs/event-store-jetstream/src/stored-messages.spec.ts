import { partsOf, type Address, type QueueAddress } from '#contracts';
import { durableName } from './durable-name.js';
import { deliveryInfo, rawOfAnswer, traceOf } from './stored-messages.js';

describe('deliveryInfo', () => {
  const info = {
    deliveryCount: 2,
    sequence: 4711,
    deliverySeq: 9,
    storedAtMs: 1769828400123,
    pending: 3,
  };

  it('reads the reply subject of a delivery', () => {
    const reply = '$JS.ACK.INTENTS.acme~prod~billing.2.4711.9.1769828400123999999.3';
    expect(deliveryInfo(reply)).toEqual(info);
  });

  it('reads the longer one with domain, account and a token at the end', () => {
    const reply = '$JS.ACK.hub.ACCHASH.INTENTS.name.2.4711.9.1769828400123999999.3.random';
    expect(deliveryInfo(reply)).toEqual(info);
  });
});

describe('rawOfAnswer', () => {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');

  it('reads headers and data', () => {
    const raw = rawOfAnswer({
      message: {
        subject: 'log.a',
        seq: 7,
        time: '2026-01-31T03:00:00.123999999Z',
        hdrs: base64('NATS/1.0\r\nNats-Msg-Id: one\r\ntraceparent: 00-a-b-01\r\n\r\n'),
        data: base64('{"n":1}'),
      },
    });
    expect(raw).toMatchObject({ sequence: 7, subject: 'log.a', storedAtMs: 1769828400123 });
    expect(Buffer.from(raw.data).toString()).toBe('{"n":1}');
    expect(raw.headers?.get('Nats-Msg-Id')).toBe('one');
    expect(traceOf(raw.headers)).toEqual({ traceparent: '00-a-b-01' });
  });

  it('reads a message without either', () => {
    const raw = rawOfAnswer({ message: { subject: 'a', seq: 1, time: '2026-01-31T03:00:00Z' } });
    expect([raw.data.length, traceOf(raw.headers)]).toEqual([0, {}]);
  });
});

describe('durableName', () => {
  it.each([
    ['agent://acme/prod/billing', 'acme~prod~billing'],
    ['queue://acme/prod/billing', 'acme~prod~~billing'],
    ['agent://a__b/c/d', 'a__b~c~d'],
    ['agent://a/b__c/d', 'a~b__c~d'],
  ])('of %s is %s, and no other destination has it', (to, name) => {
    expect(durableName(partsOf(to as Address | QueueAddress))).toBe(name);
  });
});
