import { LogUnavailableError } from './event-store.port.js';
import { eventStoreContract } from './event-store.contract.js';
import { eventsOnlyContract } from './events-only.contract.js';
import { counted, countedCodec } from './example-events.js';
import { ManualClock } from './driven-clock.js';
import { InMemoryEventStore } from './in-memory-event-store.js';
import { InMemoryKeyValue } from './in-memory-key-value.js';
import { InMemoryMessaging } from './in-memory-messaging.js';
import { InMemoryRawLog } from './in-memory-raw-log.js';
import { InMemoryStream } from './in-memory-stream.js';
import { InMemoryWorkQueues } from './in-memory-work-queues.js';
import { keyValueContract } from './key-value.contract.js';
import { messagingContract } from './messaging.contract.js';
import { rawLogContract } from './raw-log.contract.js';
import { workQueueContract } from './work-queue.contract.js';

const newStore = (clock = new ManualClock()) =>
  new InMemoryEventStore({ codec: countedCodec, nowMs: () => clock.nowMs() });

describe('InMemoryEventStore', () => {
  eventStoreContract(async () => ({ store: newStore(), root: 'root' }));

  it('forgets ids after two minutes, and events after their time to live', async () => {
    const clock = new ManualClock();
    const store = newStore(clock);
    await store.append({ subject: 'a', event: counted(1), ttlSeconds: 5 });
    clock.advance(5_000);
    expect(await store.read('a')).toEqual([]);
    clock.advance(115_000);
    expect((await store.append({ subject: 'a', event: counted(1) })).duplicate).toBe(false);
  });

  it('acts as a log without a leader when told to, and goes on afterwards', async () => {
    const store = newStore();
    const connected: boolean[] = [];
    const seen: number[] = [];
    const { caughtUp } = store.follow({
      onEvents: (events) => void seen.push(...events.map(({ sequence }) => sequence)),
      onConnected: (is) => void connected.push(is),
    });
    await caughtUp;
    store.setAvailable(false);
    const refused = store.append({ subject: 'a', event: counted(1) });
    await expect(refused).rejects.toBeInstanceOf(LogUnavailableError);
    store.setAvailable(true);
    await store.append({ subject: 'a', event: counted(1) });
    expect([connected, seen]).toEqual([[true, false, true], [1]]);
  });
});

describe('InMemoryEventStore over a stream that holds more than events', () => {
  eventsOnlyContract(async () => {
    const stream = new InMemoryStream();
    const log = new InMemoryRawLog(stream);
    const echo = { subject: 'echo.a', text: '', messageId: null, expectLastSubjectSequence: null };
    return {
      store: new InMemoryEventStore({ codec: countedCodec, stream, events: 'root.>' }),
      root: 'root',
      echo: async () => {
        await log.append(echo);
        await new Promise((resolve) => setImmediate(resolve));
      },
    };
  });
});

describe('InMemoryKeyValue', () => {
  keyValueContract(async () => new InMemoryKeyValue());
});

describe('InMemoryMessaging', () => {
  messagingContract(async () => ({ messaging: new InMemoryMessaging(), root: 'root' }));
});

describe('InMemoryWorkQueues', () => {
  workQueueContract(async () => {
    const clock = new ManualClock();
    const store = newStore(clock);
    const shared = new Map<string, unknown>();
    return {
      store,
      queues: [
        new InMemoryWorkQueues(store, clock, shared),
        new InMemoryWorkQueues(store, clock, shared),
      ],
      root: 'root',
      passMs: async (ms) => clock.advance(ms),
    };
  });
});

describe('InMemoryRawLog', () => {
  rawLogContract(async () => {
    const clock = new ManualClock();
    const log = new InMemoryRawLog(new InMemoryStream(() => clock.nowMs()));
    return {
      log,
      root: 'root',
      cut: async () => log.cut(),
      heal: async () => log.heal(),
      deleteConsumers: async () => log.deleteConsumers(),
      consumers: async () => log.consumers(),
      expire: async () => clock.advance(1_000),
    };
  });

  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const request = (text: string) => ({
    subject: 'a',
    text,
    messageId: null,
    expectLastSubjectSequence: null,
  });
  const following = (log: InMemoryRawLog) => {
    const seen: [consumerSequence: number, text: string][] = [];
    log.follow({
      filters: [],
      from: () => seen.length + 1,
      onSubscribed: () => undefined,
      onDelivery: ({ consumerSequence, text }) => void seen.push([consumerSequence, text]),
    });
    return seen;
  };

  it('loses deliveries when told to: the next one, or a heartbeat, tells', async () => {
    const log = new InMemoryRawLog();
    const seen = following(log);
    await turn();
    log.dropNext();
    await log.append(request('1'));
    await log.append(request('2'));
    await turn();
    expect(seen).toEqual([[2, '2']]);
    log.dropNext();
    await log.append(request('3'));
    await turn();
    log.heartbeat();
    await turn();
    expect(seen.slice(1)).toEqual([
      [1, '2'],
      [2, '3'],
    ]);
  });

  it('stores an append whose acknowledgement it loses', async () => {
    const log = new InMemoryRawLog();
    const seen = following(log);
    log.loseAcknowledgements();
    await expect(log.append(request('1'))).rejects.toBeInstanceOf(LogUnavailableError);
    await turn();
    expect(seen).toEqual([[1, '1']]);
  });

  it('shares its stream with an event store, which sees no echoes', async () => {
    const stream = new InMemoryStream();
    const log = new InMemoryRawLog(stream);
    const store = new InMemoryEventStore({ codec: countedCodec, stream, events: 'control.>' });
    await store.append({ subject: 'control.a', event: counted(1) });
    await log.append({ ...request('echo'), subject: 'echo.a' });
    const seen = following(log);
    await turn();
    expect(seen.map(([, text]) => text)).toEqual([countedCodec.encode(counted(1)), 'echo']);
    expect(await store.lastSequence()).toBe(1);
  });
});
