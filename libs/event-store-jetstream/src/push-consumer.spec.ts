import type { Msg } from '@nats-io/transport-node';
import type { NatsLink } from './nats-link.js';
import {
  type ConsumerEnd,
  type Delivered,
  PushConsumer,
  type PushConsumerSettings,
} from './push-consumer.js';

type Callback = (error: Error | null, message: Msg) => void;

const headersOf = (code: number, values: Record<string, string> = {}) => ({
  code,
  get: (name: string) => values[name] ?? '',
});

const delivery = (deliverySeq: number, sequence: number): Partial<Msg> => ({
  subject: 'log.a',
  reply: `$JS.ACK.LOG.name.1.${sequence}.${deliverySeq}.1769828400000000000.0`,
  data: new Uint8Array(),
});
const heartbeat = (lastDelivery: number, values: Record<string, string> = {}) =>
  ({
    headers: headersOf(100, { 'Nats-Last-Consumer': `${lastDelivery}`, ...values }),
  }) as unknown as Partial<Msg>;

/** A consumer on a connection that the test plays itself. */
const opened = async (settings: PushConsumerSettings) => {
  const seen: number[] = [];
  const ends: ConsumerEnd[] = [];
  const published: string[] = [];
  const flows: (() => void)[] = [];
  let idle = 0;
  let opens = 0;
  let arrive: Callback = () => undefined;
  const link = {
    nc: {
      subscribe: (_subject: string, { callback }: { callback: Callback }) => {
        arrive = callback;
        return { unsubscribe: () => undefined };
      },
      publish: (subject: string) => void published.push(subject),
    },
    inbox: () => '_INBOX.own.1',
    onStatus: () => () => undefined,
    api: async () => ({ num_pending: 1, delivered: { consumer_seq: 0 } }),
  };
  const handlers = {
    onOpen: () => void (opens += 1),
    onMessage: ({ sequence }: Delivered) => void seen.push(sequence),
    onFlowControl: (answer: () => void) => void flows.push(answer),
    onIdle: () => void (idle += 1),
    onEnd: (why: ConsumerEnd) => void ends.push(why),
  };
  const consumer = new PushConsumer(link as unknown as NatsLink, 'LOG', handlers, settings);
  await consumer.open(1, []);
  return {
    consumer,
    seen,
    ends,
    published,
    flows,
    idles: () => idle,
    opens: () => opens,
    arrives: (...messages: Partial<Msg>[]) => {
      for (const message of messages) arrive(null, message as Msg);
    },
  };
};

describe('PushConsumer', () => {
  let test: Awaited<ReturnType<typeof opened>>;
  beforeEach(async () => {
    test = await opened({ endsAtGaps: true, missedMax: 4 });
  });
  afterEach(() => test.consumer.quiet());

  it('takes deliveries without a hole, whatever the sequences of the stream', () => {
    test.arrives(delivery(1, 4), delivery(2, 9), heartbeat(2));
    expect([test.seen, test.ends, test.idles()]).toEqual([[4, 9], [], 1]);
  });

  it('ends before a delivery that does not follow the last', () => {
    test.arrives(delivery(1, 4), delivery(3, 6), delivery(4, 7));
    expect([test.seen, test.ends]).toEqual([[4], ['gap']]);
  });

  it('ends when the server made the consumer anew and counts from one', () => {
    test.arrives(delivery(1, 4), delivery(2, 5), delivery(1, 4));
    expect([test.seen, test.ends]).toEqual([[4, 5], ['gap']]);
  });

  it('ends when a heartbeat tells of a delivery that never came', () => {
    test.arrives(delivery(1, 4), heartbeat(2));
    expect([test.ends, test.idles()]).toEqual([['gap'], 0]);
  });

  it('ends when the server says that it cannot go on', () => {
    test.arrives({ headers: headersOf(409) } as unknown as Partial<Msg>);
    expect(test.ends).toEqual(['refused']);
  });

  it('says once that it exists, though deliveries overtake the answer', async () => {
    test.arrives(delivery(1, 4), delivery(2, 5));
    expect(test.opens()).toBe(1);
  });

  it('answers flow control only when it is told to', () => {
    let answered = 0;
    const request = { reply: 'flow.1', headers: headersOf(100), respond: () => (answered += 1) };
    test.arrives(request as unknown as Partial<Msg>);
    test.arrives(heartbeat(0, { 'Nats-Consumer-Stalled': 'flow.2' }));
    expect([answered, test.published, test.flows.length]).toEqual([0, [], 2]);
    for (const answer of test.flows) answer();
    expect([answered, test.published]).toEqual([1, ['flow.2']]);
    expect(test.idles()).toBe(0);
  });
});

describe('PushConsumer for a reader that looks for gaps itself', () => {
  let test: Awaited<ReturnType<typeof opened>>;
  beforeEach(async () => {
    test = await opened({ endsAtGaps: false, missedMax: 3 });
  });
  afterEach(() => test.consumer.quiet());

  it('hands over what does not follow the last, and stays', () => {
    test.arrives(delivery(1, 4), delivery(3, 6), heartbeat(3), delivery(1, 4));
    expect([test.seen, test.ends, test.idles()]).toEqual([[4, 6, 4], [], 1]);
  });

  it('ends when a heartbeat tells of a delivery that never came: nothing else would', () => {
    test.arrives(delivery(1, 4), heartbeat(2));
    expect([test.seen, test.ends]).toEqual([[4], ['gap']]);
  });

  it('ends when a heartbeat tells of fewer deliveries than came: it was made anew', () => {
    test.arrives(delivery(1, 4), delivery(2, 5), heartbeat(0));
    expect(test.ends).toEqual(['gap']);
  });
});
