import { LogUnavailableError, WrongSequenceError } from './event-store.port.js';
import type { RawDelivery, RawLog, RawReader } from './raw-log.port.js';

/** An empty stream whose subjects begin with `root`, and what can happen to it. */
export interface RawLogUnderTest {
  readonly log: RawLog;
  readonly root: string;
  /** The connection breaks, and stays broken until `heal`. */
  cut(): Promise<void>;
  heal(): Promise<void>;
  /** Somebody deletes the consumers on the server. */
  deleteConsumers(): Promise<void>;
  /** So many consumers the stream has now. */
  consumers(): Promise<number>;
  /** What has one second to live is gone when this resolves. */
  expire(): Promise<void>;
}

/** Remembers everything, and lets a test wait for it. It asks for what comes after the last delivery. */
class RecordingReader implements RawReader {
  readonly subscribed: { consumer: string; from: number }[] = [];
  readonly deliveries: RawDelivery[] = [];
  readonly connected: boolean[] = [];
  idles = 0;
  afterDelivery: () => void = () => undefined;
  private waiting: { readonly holds: () => boolean; readonly wake: () => void }[] = [];

  constructor(
    readonly filters: readonly string[] = [],
    private readonly first = 1,
  ) {}

  from(): number {
    return (this.deliveries.at(-1)?.sequence ?? this.first - 1) + 1;
  }

  onSubscribed(consumer: string, from: number): void {
    this.subscribed.push({ consumer, from });
    this.look();
  }

  onDelivery(delivery: RawDelivery): void {
    this.deliveries.push(delivery);
    this.afterDelivery();
    this.look();
  }

  onIdle(): void {
    this.idles += 1;
    this.look();
  }

  onConnected(connected: boolean): void {
    this.connected.push(connected);
    this.look();
  }

  /** Resolves as soon as it holds. */
  until(holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise((wake) => this.waiting.push({ holds, wake }));
  }

  texts(): string[] {
    return this.deliveries.map(({ text }) => text);
  }

  private look(): void {
    const over = this.waiting.filter(({ holds }) => holds());
    this.waiting = this.waiting.filter((entry) => !over.includes(entry));
    for (const { wake } of over) wake();
  }
}

/** What every {@link RawLog} promises. Run by the in-memory log and by JetStream. */
export const rawLogContract = (fresh: () => Promise<RawLogUnderTest>): void => {
  let test: RawLogUnderTest;
  let log: RawLog;
  const open: { stop(): Promise<void> }[] = [];
  beforeEach(async () => {
    test = await fresh();
    ({ log } = test);
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((following) => following.stop()));
  });

  const put = (
    subject: string,
    text: string,
    more: Partial<Parameters<RawLog['append']>[0]> = {},
  ) =>
    log.append({
      subject: `${test.root}.${subject}`,
      text,
      messageId: null,
      expectLastSubjectSequence: null,
      ...more,
    });
  const follow = (reader: RecordingReader) => {
    const following = log.follow(reader);
    open.push(following);
    return following;
  };
  const sees = (reader: RecordingReader, count: number): Promise<void> =>
    reader.until(() => reader.deliveries.length >= count);

  describe('append', () => {
    it('answers sequences that grow', async () => {
      const { sequence } = await put('a', '1');
      expect(await put('a', '1')).toEqual({ sequence: sequence + 1, duplicate: false });
    });

    it('stores the same message id once', async () => {
      const first = await put('a', '1', { messageId: 'same' });
      const again = await put('a', '1', { messageId: 'same' });
      expect(again).toEqual({ sequence: first.sequence, duplicate: true });
    });

    it('refuses when the subject is not at the expected sequence, and stores nothing then', async () => {
      const { sequence } = await put('a', '1', { expectLastSubjectSequence: 0 });
      const stale = put('a', '2', { expectLastSubjectSequence: 0 });
      await expect(stale).rejects.toBeInstanceOf(WrongSequenceError);
      await put('b', '3', { expectLastSubjectSequence: 0 });
      await put('a', '4', { expectLastSubjectSequence: sequence });
      const reader = new RecordingReader();
      follow(reader);
      await sees(reader, 3);
      expect(reader.texts()).toEqual(['1', '3', '4']);
    });

    it('fails at once while there is no connection, and is possible again afterwards', async () => {
      await test.cut();
      const refused = put('a', '1', { timeoutMs: 60_000 });
      await expect(refused).rejects.toBeInstanceOf(LogUnavailableError);
      await test.heal();
      expect(await put('a', '2')).toEqual({ sequence: 1, duplicate: false });
    });
  });

  describe('follow', () => {
    it('hands over each message as it is, counted by its consumer', async () => {
      const headers = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
      await put('a', 'ä', { headers });
      await put('a', 'b');
      const reader = new RecordingReader();
      follow(reader);
      await sees(reader, 2);
      const [{ consumer, from } = { consumer: '', from: 0 }] = reader.subscribed;
      expect(from).toBe(1);
      expect(reader.deliveries).toEqual([
        expect.objectContaining({
          consumer,
          consumerSequence: 1,
          pending: 1,
          sequence: 1,
          subject: `${test.root}.a`,
          storedAtMs: expect.any(Number),
          text: 'ä',
          bytes: 2,
          trace: headers,
        }),
        expect.objectContaining({
          consumer,
          consumerSequence: 2,
          pending: 0,
          text: 'b',
          trace: {},
        }),
      ]);
    });

    it('begins where its reader says and keeps to its filters: holes are normal', async () => {
      for (const subject of ['a', 'b', 'a', 'c.d', 'b', 'a']) await put(subject, subject);
      const reader = new RecordingReader([`${test.root}.a`, `${test.root}.c.>`], 2);
      follow(reader);
      await sees(reader, 3);
      const seen = reader.deliveries.map((each) => [each.consumerSequence, each.sequence]);
      expect(seen).toEqual([
        [1, 3],
        [2, 4],
        [3, 6],
      ]);
    });

    it('hands over what comes later, and says when nothing is left', async () => {
      const reader = new RecordingReader();
      follow(reader);
      await reader.until(() => reader.idles > 0);
      const { idles } = reader;
      await put('a', '1');
      await sees(reader, 1);
      await reader.until(() => reader.idles > idles);
      expect([reader.texts(), reader.connected]).toEqual([['1'], [true]]);
    });

    it('does not take messages for missing that were forgotten in time', async () => {
      await put('a', '1');
      await put('a', 'gone', { ttlSeconds: 1 });
      await put('a', '3');
      await test.expire();
      const reader = new RecordingReader();
      follow(reader);
      await sees(reader, 2);
      const seen = reader.deliveries.map((each) => [each.consumerSequence, each.sequence]);
      expect(seen).toEqual([
        [1, 1],
        [2, 3],
      ]);
    });

    it('waits where the log ends before what its reader had: it reads short', async () => {
      await put('a', '1');
      const reader = new RecordingReader([], 3);
      follow(reader);
      await reader.until(() => reader.connected.at(-1) === false);
      expect([reader.subscribed, reader.idles]).toEqual([[], 0]);
      await put('a', '2');
      await reader.until(() => reader.idles > 0);
      await put('a', '3');
      await sees(reader, 1);
      expect(reader.connected).toEqual([false, true]);
      expect(reader.deliveries).toMatchObject([{ consumerSequence: 1, sequence: 3 }]);
    });

    it("begins a new consumer at its reader's word, and nothing comes from the old one", async () => {
      for (const text of ['1', '2', '3']) await put('a', text);
      const reader = new RecordingReader();
      const following = follow(reader);
      reader.afterDelivery = () => {
        if (reader.deliveries.length === 2) following.restart();
      };
      await sees(reader, 3);
      const [first, second] = reader.subscribed;
      expect(reader.subscribed).toHaveLength(2);
      expect(second).toMatchObject({ from: 3 });
      expect(second?.consumer).not.toBe(first?.consumer);
      expect(reader.deliveries.map((each) => [each.consumer, each.consumerSequence])).toEqual([
        [first?.consumer, 1],
        [first?.consumer, 2],
        [second?.consumer, 1],
      ]);
      expect(await test.consumers()).toBe(1);
    });

    it('replaces a consumer that was deleted, and has one at a time', async () => {
      const reader = new RecordingReader();
      follow(reader);
      await put('a', '1');
      await sees(reader, 1);
      await test.deleteConsumers();
      await put('a', '2');
      await sees(reader, 2);
      expect(reader.texts()).toEqual(['1', '2']);
      expect(reader.deliveries.at(-1)?.consumerSequence).toBe(1);
      expect(await test.consumers()).toBe(1);
    });

    it('goes on after its connection was cut, and tells of both', async () => {
      const reader = new RecordingReader();
      follow(reader);
      await put('a', '1');
      await sees(reader, 1);
      await test.cut();
      await reader.until(() => reader.connected.at(-1) === false);
      await test.heal();
      await put('a', '2');
      await sees(reader, 2);
      expect([reader.texts(), reader.connected]).toEqual([
        ['1', '2'],
        [true, false, true],
      ]);
      expect(await test.consumers()).toBe(1);
    });

    it('lets several follow, each with its own consumer', async () => {
      const readers = [new RecordingReader(), new RecordingReader()];
      for (const reader of readers) follow(reader);
      await put('a', '1');
      await Promise.all(readers.map((reader) => sees(reader, 1)));
      const names = new Set(readers.map((reader) => reader.subscribed[0]?.consumer));
      expect([names.size, await test.consumers()]).toEqual([2, 2]);
    });

    it('hands over nothing after it was stopped, and leaves no consumer behind', async () => {
      const stopped = new RecordingReader();
      const following = follow(stopped);
      await stopped.until(() => stopped.idles > 0);
      await following.stop();
      expect(await test.consumers()).toBe(0);
      const other = new RecordingReader();
      follow(other);
      await put('a', '1');
      await sees(other, 1);
      expect(stopped.deliveries).toEqual([]);
    });
  });
};
