import {
  type EventStore,
  LogUnavailableError,
  type Stored,
  WrongSequenceError,
} from './event-store.port.js';
import { counted, type Counted } from './example-events.js';

/** An empty stream, whose subjects all begin with `root` and which lets subjects be forgotten. */
export interface StoreUnderTest {
  readonly store: EventStore<Counted>;
  readonly root: string;
}

const numbers = (events: readonly Stored<Counted>[]): number[] =>
  events.map(({ decoded }) => (decoded.known ? decoded.event.data.n : NaN));
const sequences = (events: readonly { sequence: number }[]): number[] =>
  events.map(({ sequence }) => sequence);

/** What every {@link EventStore} promises. Run by the in-memory store and by JetStream. */
export const eventStoreContract = (fresh: () => Promise<StoreUnderTest>): void => {
  let store: EventStore<Counted>;
  let root: string;
  beforeEach(async () => {
    ({ store, root } = await fresh());
  });

  const put = (subject: string, n: number) =>
    store.append({ subject: `${root}.${subject}`, event: counted(n) });

  describe('append', () => {
    it('answers sequences that grow', async () => {
      const first = await put('a', 1);
      const second = await put('b', 2);
      expect(second.sequence).toBeGreaterThan(first.sequence);
      expect(await store.lastSequence()).toBe(second.sequence);
    });

    it('stores the same id once and answers the first sequence', async () => {
      const first = await put('a', 1);
      const again = await put('a', 1);
      expect(first.duplicate).toBe(false);
      expect(again).toEqual({ sequence: first.sequence, duplicate: true });
      expect(await store.read(`${root}.>`)).toHaveLength(1);
    });

    it('answers a repeat of a sequence-checked append as a duplicate, not as a conflict', async () => {
      const request = {
        subject: `${root}.a`,
        event: counted(1),
        expect: { lastSequence: 0 },
      };
      const { sequence } = await store.append(request);
      expect(await store.append(request)).toEqual({ sequence, duplicate: true });
    });

    it('is sent by its sender, who may look around and take it back', async () => {
      const request = { subject: `${root}.a`, event: counted(1) };
      const looks: string[] = [];
      const { sequence } = await store.append(request, (send) => {
        looks.push('before');
        const sent = send();
        looks.push('after');
        return sent;
      });
      expect([looks, await store.lastSequence()]).toEqual([['before', 'after'], sequence]);
      const no = new Error('not any more');
      const takeBack = (): never => {
        throw no;
      };
      const other = { subject: `${root}.b`, event: counted(2) };
      await expect(store.append(other, takeBack)).rejects.toBe(no);
      await expect(store.appendAll([other, request], takeBack)).rejects.toBe(no);
      expect(await store.lastSequence()).toBe(sequence);
    });

    it('reads in pages that follow one another, and tells where there is no more', async () => {
      for (let n = 1; n <= 3; n += 1) await put('a', n);
      const { sequence: other } = await put('b', 4);
      const page = await store.readPage(`${root}.a`, 1);
      expect([numbers([...page.events]), page.next]).toEqual([[1, 2, 3], null]);
      const second = page.events[1]?.sequence ?? 0;
      expect(numbers([...(await store.readPage(`${root}.a`, second)).events])).toEqual([2, 3]);
      expect(await store.readPage(`${root}.a`, other + 1)).toEqual({ events: [], next: null });
    });

    it('refuses when the subject is not at the expected sequence', async () => {
      const { sequence } = await put('a', 1);
      const stale = { subject: `${root}.a`, event: counted(2), expect: { lastSequence: 0 } };
      await expect(store.append(stale)).rejects.toBeInstanceOf(WrongSequenceError);
      await store.append({ ...stale, expect: { lastSequence: sequence } });
      expect(numbers(await store.read(`${root}.a`))).toEqual([1, 2]);
    });

    it('checks a wildcard of subjects where one is named', async () => {
      const of = `${root}.agg.*`;
      const { sequence } = await put('agg.1', 1);
      const next = { subject: `${root}.agg.2`, event: counted(2) };
      const stale = store.append({ ...next, expect: { lastSequence: 0, of } });
      await expect(stale).rejects.toBeInstanceOf(WrongSequenceError);
      await store.append({ ...next, expect: { lastSequence: sequence, of } });
      expect(numbers(await store.read(of))).toEqual([1, 2]);
    });

    it('lets exactly one of many concurrent writers of one subject through', async () => {
      const writers = Array.from({ length: 20 }, (_, n) =>
        store.append({ subject: `${root}.a`, event: counted(n), expect: { lastSequence: 0 } }),
      );
      const outcomes = await Promise.allSettled(writers);
      const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
      expect(refused).toHaveLength(19);
      for (const { reason } of refused) expect(reason).toBeInstanceOf(WrongSequenceError);
      expect(await store.read(`${root}.a`)).toHaveLength(1);
    });
  });

  describe('appendAll', () => {
    const both = (expect?: { lastSequence: number }) => [
      { subject: `${root}.a`, event: counted(1) },
      { subject: `${root}.b`, event: counted(2), ...(expect ? { expect } : {}) },
    ];

    it('stores all, in order, and answers the last sequence', async () => {
      const { sequence, duplicate } = await store.appendAll(both({ lastSequence: 0 }));
      const stored = await store.read(`${root}.>`);
      expect(numbers(stored)).toEqual([1, 2]);
      expect([stored.at(-1)?.sequence, duplicate]).toEqual([sequence, false]);
    });

    it('stores nothing when one expectation does not hold', async () => {
      await put('b', 9);
      const outcome = store.appendAll(both({ lastSequence: 0 }));
      await expect(outcome).rejects.toBeInstanceOf(WrongSequenceError);
      expect(numbers(await store.read(`${root}.>`))).toEqual([9]);
    });

    it('stores several events of one subject', async () => {
      await store.appendAll([1, 2, 3].map((n) => ({ subject: `${root}.a`, event: counted(n) })));
      expect(numbers(await store.read(`${root}.a`))).toEqual([1, 2, 3]);
    });

    it('answers a repeat as a duplicate', async () => {
      const { sequence } = await store.appendAll(both({ lastSequence: 0 }));
      expect(await store.appendAll(both({ lastSequence: 0 }))).toEqual({
        sequence,
        duplicate: true,
      });
      expect(await store.read(`${root}.>`)).toHaveLength(2);
    });

    it('stores many at once, each whole', async () => {
      const pairs = Array.from({ length: 80 }, (_, n) =>
        [0, 1].map((part) => ({
          subject: `${root}.pair.${n}`,
          event: counted(2 * n + part),
        })),
      );
      await Promise.all(pairs.map((pair) => store.appendAll(pair)));
      const stored = await store.read(`${root}.pair.*`);
      const firsts = stored.filter((_, at) => at % 2 === 0).map(({ subject }) => subject);
      const seconds = stored.filter((_, at) => at % 2 === 1).map(({ subject }) => subject);
      expect(new Set(firsts).size).toBe(80);
      expect(seconds).toEqual(firsts);
    });

    it('takes a single event like append', async () => {
      const { sequence } = await store.appendAll([{ subject: `${root}.a`, event: counted(1) }]);
      expect(await store.lastSequence()).toBe(sequence);
    });
  });

  describe('looking up', () => {
    beforeEach(async () => {
      await put('x.1', 1);
      await put('y.1', 2);
      await put('x.2', 3);
    });

    it('reads what matches, in order, from a sequence on', async () => {
      const all = await store.read(`${root}.x.*`);
      expect(numbers(all)).toEqual([1, 3]);
      expect(numbers(await store.read(`${root}.x.*`, (all[0]?.sequence ?? 0) + 1))).toEqual([3]);
      expect(await store.read(`${root}.nothing`)).toEqual([]);
      expect(await store.read(`${root}.>`, 1_000)).toEqual([]);
    });

    it('reads more than one page', async () => {
      const more = Array.from({ length: 1200 }, (_, n) => put('many', n + 100));
      await Promise.all(more);
      const read = await store.read(`${root}.many`);
      expect(read).toHaveLength(1200);
      expect(sequences(read)).toEqual(sequences(read).toSorted((a, b) => a - b));
    });

    it('finds the first and the last that match, with wildcards', async () => {
      const first = await store.first(`${root}.*.1`);
      const last = await store.last(`${root}.*.1`);
      expect([first?.subject, last?.subject]).toEqual([`${root}.x.1`, `${root}.y.1`]);
      expect(numbers([first, last].filter((found) => found !== null))).toEqual([1, 2]);
      expect(await store.first(`${root}.*.7`)).toBeNull();
      expect(await store.last(`${root}.*.7`)).toBeNull();
    });

    it('says the same of an event in every way to read it', async () => {
      const [read] = await store.read(`${root}.x.2`);
      const followed: Stored<Counted>[] = [];
      const following = store.follow({
        filters: [`${root}.x.2`],
        onEvents: (events) => void followed.push(...events),
      });
      await following.caughtUp;
      await following.stop();
      expect(await store.first(`${root}.x.2`)).toEqual(read);
      expect(await store.last(`${root}.x.2`)).toEqual(read);
      expect(followed).toEqual([read]);
    });

    it('keeps sequences when a subject is forgotten', async () => {
      const before = await store.lastSequence();
      await store.forget(`${root}.x.2`);
      expect(await store.last(`${root}.x.2`)).toBeNull();
      expect(await store.lastSequence()).toBe(before);
      expect((await put('z', 4)).sequence).toBeGreaterThan(before);
    });
  });

  describe('follow', () => {
    const following = (options: Partial<Parameters<typeof store.follow>[0]> = {}) => {
      const seen: Stored<Counted>[] = [];
      const arrived = new Map<number, () => void>();
      const follow = store.follow({
        onEvents: (events) => {
          seen.push(...events);
          for (const n of numbers(events)) arrived.get(n)?.();
        },
        ...options,
      });
      const sees = (n: number): Promise<void> =>
        numbers(seen).includes(n)
          ? Promise.resolve()
          : new Promise((resolve) => arrived.set(n, resolve));
      return { ...follow, caughtUp: follow.caughtUp, stop: () => follow.stop(), seen, sees };
    };

    it('hands over what was there, then what comes', async () => {
      await put('a', 1);
      const { seen, sees, caughtUp, stop } = following();
      await caughtUp;
      expect(numbers(seen)).toEqual([1]);
      await put('b', 2);
      await sees(2);
      await stop();
      expect(numbers(seen)).toEqual([1, 2]);
    });

    it('is caught up at once on an empty stream', async () => {
      const { caughtUp, stop, seen } = following();
      await caughtUp;
      expect(seen).toEqual([]);
      await stop();
    });

    it('begins at a sequence and keeps to its filters', async () => {
      await put('a', 1);
      const { sequence } = await put('a', 2);
      await put('b', 3);
      await put('c.d', 4);
      const { seen, caughtUp, stop } = following({
        fromSequence: sequence,
        filters: [`${root}.a`, `${root}.c.>`],
      });
      await caughtUp;
      await stop();
      expect(numbers(seen)).toEqual([2, 4]);
    });

    it('is caught up when nothing of what is there matches', async () => {
      await put('a', 1);
      const { caughtUp, stop } = following({ filters: [`${root}.other`] });
      await caughtUp;
      await stop();
    });

    it('waits for one batch before it hands over the next, and keeps batches small', async () => {
      await Promise.all(Array.from({ length: 50 }, (_, n) => put('a', n)));
      const sizes: number[] = [];
      let running = 0;
      let most = 0;
      const { caughtUp, stop } = following({
        batchMax: 7,
        onEvents: async (events) => {
          running += 1;
          most = Math.max(most, running);
          sizes.push(events.length);
          await new Promise((resolve) => setImmediate(resolve));
          running -= 1;
        },
      });
      await caughtUp;
      await stop();
      expect(most).toBe(1);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(7);
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(50);
    });

    it('ends when the handler fails, and says so', async () => {
      await put('a', 1);
      const broken = new Error('handler broke');
      const { failed, caughtUp } = store.follow({
        onEvents: () => {
          throw broken;
        },
      });
      await expect(failed).rejects.toBe(broken);
      await expect(caughtUp).rejects.toMatchObject({ code: 'FOLLOWING_ENDED', cause: broken });
    });

    it('hands over nothing after it was stopped', async () => {
      const { seen, caughtUp, stop } = following();
      await caughtUp;
      await stop();
      const other = following();
      await put('a', 1);
      await other.sees(1);
      await other.stop();
      expect(seen).toEqual([]);
    });

    it('lets several follow, each at its own pace', async () => {
      const one = following();
      const two = following();
      await put('a', 1);
      await Promise.all([one.sees(1), two.sees(1)]);
      await Promise.all([one.stop(), two.stop()]);
      expect(sequences(one.seen)).toEqual(sequences(two.seen));
    });
  });

  it('names its errors so that callers may retry', () => {
    expect(new WrongSequenceError('s')).toMatchObject({ code: 'WRONG_SEQUENCE', retryable: true });
    expect(new LogUnavailableError('m')).toMatchObject({
      code: 'LOG_UNAVAILABLE',
      retryable: true,
    });
  });
};
