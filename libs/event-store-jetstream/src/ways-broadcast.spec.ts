import type { Message } from '#event-store';
import { type Way, WaysBroadcast } from './ways-broadcast.js';

/** A server that remembers what it was told, and says what it is told to. */
class FakeWay implements Way {
  isUp = true;
  readonly said: string[] = [];
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
  let ways: WaysBroadcast;
  let heard: string[];
  beforeEach(() => {
    now = 1_000;
    [one, two, heard] = [new FakeWay(), new FakeWay(), []];
    ways = new WaysBroadcast({ isRepeated: (subject) => subject === 'again', nowMs: () => now });
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
