import type { EventStore } from './event-store.port.js';
import { counted, type Counted } from './example-events.js';
import type { WorkItem, WorkQueues } from './work-queue.port.js';

/** An empty stream with subjects under `root`, and the way to let time pass: really, or by a clock. */
export interface QueuesUnderTest {
  readonly store: EventStore<Counted>;
  /** Two takers that share the state, as two processes would. */
  readonly queues: readonly [WorkQueues<Counted>, WorkQueues<Counted>];
  readonly root: string;
  /** Lets at least so much time pass. */
  passMs(ms: number): Promise<void>;
}

const numbers = (items: readonly WorkItem<Counted>[]): number[] =>
  items.map(({ stored }) => (stored.decoded.known ? stored.decoded.event.data.n : NaN));

const WAIT_MS = 3_000;
const VISIBILITY_MS = 300;

/** What every {@link WorkQueues} promises. Run by the in-memory queue and by JetStream. */
export const workQueueContract = (fresh: () => Promise<QueuesUnderTest>): void => {
  let test: QueuesUnderTest;
  beforeEach(async () => {
    test = await fresh();
  });

  const put = (subject: string, n: number) =>
    test.store.append({ subject: `${test.root}.${subject}`, event: counted(n) });
  const open = (of: 0 | 1 = 0, visibilityMs = 60_000) =>
    test.queues[of].open({ name: 'queue', filter: `${test.root}.work.*`, visibilityMs });
  const only = <T>(items: readonly T[]): T => {
    expect(items).toHaveLength(1);
    return items[0] as T;
  };

  it('hands out what is there in order, at most so many, and only what matches', async () => {
    for (const n of [1, 2, 3]) await put(`work.${n}`, n);
    await put('other', 9);
    const queue = await open();
    expect(numbers(await queue.take(2, WAIT_MS))).toEqual([1, 2]);
    expect(numbers(await queue.take(2, WAIT_MS))).toEqual([3]);
    expect(await queue.take(2, 0)).toEqual([]);
  });

  it('waits for the first item and answers as soon as it is there', async () => {
    const queue = await open();
    const taking = queue.take(10, WAIT_MS);
    await put('work.1', 1);
    expect(numbers(await taking)).toEqual([1]);
  });

  it('counts hand-overs and redeliveries', async () => {
    const queue = await open();
    await put('work.1', 1);
    const first = only(await queue.take(1, WAIT_MS));
    await test.queues[0].settle(first.token, { againAfterMs: 0 });
    const again = only(await queue.take(1, WAIT_MS));
    expect([first.deliverySeq, first.deliveryCount]).toEqual([1, 1]);
    expect([again.deliverySeq, again.deliveryCount]).toEqual([2, 2]);
    expect(again.stored).toEqual(first.stored);
  });

  it('gives each item to one taker at a time', async () => {
    const [one, two] = [await open(0), await open(1)];
    for (let n = 1; n <= 20; n += 1) await put(`work.${n}`, n);
    const taken = await Promise.all([one.take(10, WAIT_MS), two.take(10, WAIT_MS)]);
    expect(numbers(taken.flat()).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, n) => n + 1),
    );
  });

  it('hands an item out again, elsewhere too, when nobody settled it in time', async () => {
    const [one, two] = [await open(0, VISIBILITY_MS), await open(1, VISIBILITY_MS)];
    await put('work.1', 1);
    only(await one.take(1, WAIT_MS));
    expect(await two.take(1, 0)).toEqual([]);
    await test.passMs(VISIBILITY_MS);
    expect(only(await two.take(1, WAIT_MS)).deliveryCount).toBe(2);
  });

  it('never hands out again what is done, whoever said so', async () => {
    const one = await open(0, VISIBILITY_MS);
    await put('work.1', 1);
    const item = only(await one.take(1, WAIT_MS));
    await test.queues[1].settle(item.token, 'done');
    await test.passMs(VISIBILITY_MS * 2);
    expect(await one.take(1, 0)).toEqual([]);
    expect(await one.backlog()).toEqual({ waiting: 0, inHand: 0 });
  });

  it('begins the visibility time anew for what is still in hand', async () => {
    const queue = await open(0, VISIBILITY_MS);
    await put('work.1', 1);
    const item = only(await queue.take(1, WAIT_MS));
    for (let round = 0; round < 4; round += 1) {
      await test.passMs(VISIBILITY_MS / 2);
      await test.queues[0].settle(item.token, 'inHand');
    }
    expect(await queue.take(1, 0)).toEqual([]);
  });

  it('hands out again after the delay that was asked for, before newer items', async () => {
    const queue = await open();
    await put('work.1', 1);
    const item = only(await queue.take(1, WAIT_MS));
    await test.queues[0].settle(item.token, { againAfterMs: VISIBILITY_MS });
    expect(await queue.take(1, 0)).toEqual([]);
    await test.passMs(VISIBILITY_MS + 50);
    await put('work.2', 2);
    expect(numbers(await queue.take(1, WAIT_MS))).toEqual([1]);
  });

  it('does nothing for what is settled already', async () => {
    const queue = await open();
    await put('work.1', 1);
    const item = only(await queue.take(1, WAIT_MS));
    await test.queues[0].settle(item.token, 'done');
    await test.queues[0].settle(item.token, { againAfterMs: 0 });
    await test.queues[0].settle(item.token, 'done');
    expect(await queue.take(1, 0)).toEqual([]);
  });

  it('counts what waits and what is in hand', async () => {
    for (const n of [1, 2, 3]) await put(`work.${n}`, n);
    const queue = await open();
    await queue.take(1, WAIT_MS);
    expect(await queue.backlog()).toEqual({ waiting: 2, inHand: 1 });
  });

  it('keeps its place when it is opened again', async () => {
    await put('work.1', 1);
    await put('work.2', 2);
    const item = only(await (await open(0)).take(1, WAIT_MS));
    expect(numbers(await (await open(1)).take(5, WAIT_MS))).toEqual([2]);
    await test.queues[1].settle(item.token, 'done');
  });

  it('answers at once when the taker gives up, and loses nothing', async () => {
    const queue = await open();
    const giveUp = new AbortController();
    const taking = queue.take(1, 60_000, giveUp.signal);
    giveUp.abort();
    expect(await taking).toEqual([]);
    expect(await queue.take(1, 60_000, giveUp.signal)).toEqual([]);
    await put('work.1', 1);
    expect(numbers(await queue.take(1, WAIT_MS))).toEqual([1]);
  });
};
