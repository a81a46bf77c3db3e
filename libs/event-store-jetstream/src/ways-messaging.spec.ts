import { jest } from '@jest/globals';
import { type Message, NobodyAnsweredError } from '#event-store';
import { type Way, WaysMessaging } from './ways-messaging.js';

/** A server that remembers what it was told, and says what it is told to. */
class FakeWay implements Way {
  isUp = true;
  readonly said: string[] = [];
  readonly asked: string[] = [];
  /** By itself it stands still, and no answer comes. */
  answer = (): Promise<Uint8Array> => new Promise(() => undefined);
  readonly listeners = new Map<string, Set<(message: Message) => void>>();

  connected(): boolean {
    return this.isUp;
  }

  messaging() {
    return {
      publish: (subject: string, body: Uint8Array | string) =>
        void this.said.push(`${subject} ${String(body)}`),
      subscribe: (subject: string, hear: (message: Message) => void) => {
        const hearers = this.listeners.get(subject) ?? new Set();
        this.listeners.set(subject, hearers.add(hear));
        return { stop: () => void hearers.delete(hear) };
      },
      request: (_subject: string, body: Uint8Array | string) => {
        this.asked.push(String(body));
        return this.answer();
      },
      flush: () => (this.isUp ? Promise.resolve() : new Promise<void>(() => undefined)),
    };
  }

  bring(subject: string, text: string): void {
    const body = new TextEncoder().encode(text);
    const message = { subject, body, trace: {}, text: () => text, respond: () => undefined };
    for (const hear of this.listeners.get(subject) ?? []) hear(message);
  }
}

describe('messages over several servers at once', () => {
  let now: number;
  let one: FakeWay;
  let two: FakeWay;
  let ways: WaysMessaging;
  let heard: string[];
  beforeEach(() => {
    now = 1_000;
    [one, two, heard] = [new FakeWay(), new FakeWay(), []];
    ways = new WaysMessaging({ isRepeated: (subject) => subject === 'again', nowMs: () => now });
    for (const way of [one, two]) ways.add(way);
    ways.subscribe('news', (message) => void heard.push(message.text()));
  });

  it('go all ways', () => {
    ways.publish('order', 'stop');
    expect([one.said, two.said]).toEqual([['order stop'], ['order stop']]);
  });

  it('are heard once, whichever way they come first', () => {
    for (const way of [one, two, one]) way.bring('news', 'a');
    for (const way of [two, one]) way.bring('news', 'b');
    expect(heard).toEqual(['a', 'b']);
  });

  it('are heard again when they are said again later', () => {
    one.bring('news', 'a');
    now += 401;
    two.bring('news', 'a');
    expect(heard).toEqual(['a', 'a']);
  });

  it('that are repeated anyway go the way on which something was just heard', () => {
    two.bring('news', 'a');
    one.bring('news', 'a');
    ways.publish('again', '1');
    expect([one.said, two.said]).toEqual([[], ['again 1']]);
  });

  it('that are repeated go all ways when nothing was heard since the time before last', () => {
    ways.publish('again', '1');
    two.bring('news', 'a');
    now += 201;
    ways.publish('again', '2');
    expect([one.said, two.said]).toEqual([
      ['again 1', 'again 2'],
      ['again 1', 'again 2'],
    ]);
  });

  it('that are repeated go all ways when the good way broke', () => {
    two.bring('news', 'a');
    two.isUp = false;
    ways.publish('again', '1');
    expect(one.said).toEqual(['again 1']);
  });

  it('come from a server that was added later, too', () => {
    const three = new FakeWay();
    ways.add(three);
    three.bring('news', 'a');
    expect(heard).toEqual(['a']);
  });

  it('come no more after the listener stopped', () => {
    const { stop } = ways.subscribe('more', (message) => void heard.push(message.text()));
    stop();
    one.bring('more', 'a');
    expect(heard).toEqual([]);
  });

  it('count as sent when one server has them', async () => {
    one.isUp = false;
    await ways.flush();
    two.isUp = false;
    await ways.flush();
    expect(ways.connected()).toBe(false);
  });
});

describe('a question over several servers', () => {
  let now: number;
  let fakes: readonly [FakeWay, FakeWay, FakeWay];
  let ways: WaysMessaging;
  const [one, two, three] = [0, 1, 2];
  const way = (at: number): FakeWay => fakes[at] as FakeWay;
  const yes = (text: string) => () => Promise.resolve(new TextEncoder().encode(text));
  const ask = async (): Promise<string> =>
    new TextDecoder().decode(await ways.request('ask', 'kill', 6_000));
  const askedAt = (): number[] => fakes.map(({ asked }) => asked.length);
  beforeEach(() => {
    jest.useFakeTimers();
    now = 1_000;
    fakes = [new FakeWay(), new FakeWay(), new FakeWay()];
    ways = new WaysMessaging({ isRepeated: () => false, nowMs: () => now });
    for (const fake of fakes) ways.add(fake);
    ways.subscribe('news', () => undefined);
  });
  afterEach(() => jest.useRealTimers());

  it('goes one way where the answer comes at once: the one on which something was just heard', async () => {
    way(two).bring('news', 'a');
    way(two).answer = yes('done');
    expect(await ask()).toBe('done');
    await jest.advanceTimersByTimeAsync(10_000);
    expect(askedAt()).toEqual([0, 1, 0]);
  });

  it('goes the next way in the same words when nothing came back', async () => {
    way(two).answer = yes('done');
    const answer = ask();
    await jest.advanceTimersByTimeAsync(149);
    expect(askedAt()).toEqual([1, 0, 0]);
    await jest.advanceTimersByTimeAsync(1);
    expect(await answer).toBe('done');
    expect(askedAt()).toEqual([1, 1, 0]);
    expect(way(two).asked).toEqual(way(one).asked);
  });

  it('goes the next way at once when one fails, and never one that is known to be broken', async () => {
    way(one).isUp = false;
    way(two).answer = () => Promise.reject(new NobodyAnsweredError('ask'));
    way(three).answer = yes('done');
    expect(await ask()).toBe('done');
    expect(askedAt()).toEqual([0, 1, 1]);
  });

  it('is asked again ever more slowly, and what answers late is heard', async () => {
    let end = (_answer: Uint8Array): void => undefined;
    way(one).answer = () => new Promise((resolve) => (end = resolve));
    const answer = ask();
    await jest.advanceTimersByTimeAsync(300);
    expect(askedAt()).toEqual([1, 1, 1]);
    await jest.advanceTimersByTimeAsync(5_000);
    expect(askedAt()).toEqual([6, 5, 5]);
    end(new TextEncoder().encode('late'));
    expect(await answer).toBe('late');
  });

  it('that nobody answers on any way is told of', async () => {
    for (const fake of fakes) fake.answer = () => Promise.reject(new NobodyAnsweredError('ask'));
    await expect(ask()).rejects.toBeInstanceOf(NobodyAnsweredError);
    const none = new WaysMessaging({ isRepeated: () => false, nowMs: () => now });
    await expect(none.request('ask', '', 1)).rejects.toBeInstanceOf(NobodyAnsweredError);
  });

  it('is heard by its group each time that it is asked, for the first may never be answered', () => {
    const heard: string[] = [];
    ways.subscribe('ask', (message) => void heard.push(message.text()), { queue: 'group' });
    for (const fake of fakes) fake.bring('ask', 'kill');
    expect(heard).toEqual(['kill', 'kill', 'kill']);
  });
});
