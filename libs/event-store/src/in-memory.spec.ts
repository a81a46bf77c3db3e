import { LogUnavailableError } from './event-store.port.js';
import { eventStoreContract } from './event-store.contract.js';
import { counted, countedCodec } from './example-events.js';
import { ManualClock } from './driven-clock.js';
import { InMemoryEventStore } from './in-memory-event-store.js';
import { InMemoryKeyValue } from './in-memory-key-value.js';
import { InMemoryMessaging } from './in-memory-messaging.js';
import { InMemoryWorkQueues } from './in-memory-work-queues.js';
import { keyValueContract } from './key-value.contract.js';
import { messagingContract } from './messaging.contract.js';
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
