import type { Following, Stored } from '#event-store';
import { type Feed, MergedLogs } from './merged-logs.js';

/** A log that hands over when it is told to. */
class Log implements Feed {
  hand: (events: readonly Stored<unknown>[]) => Promise<void> = () => Promise.resolve();
  catchUp: () => void = () => undefined;
  fail: (error: Error) => void = () => undefined;
  stopped = false;

  constructor(
    readonly name: string,
    private readonly applied: string[],
  ) {}

  follow(to: Parameters<Feed['follow']>[0]): Following {
    this.hand = (events) => to.onEvents(events);
    return {
      caughtUp: new Promise((resolve) => (this.catchUp = resolve)),
      failed: new Promise<never>((_, reject) => (this.fail = reject)),
      stop: async () => void (this.stopped = true),
    };
  }

  apply(stored: Stored<unknown>): void {
    this.applied.push(`${this.name}${stored.storedAtMs}`);
  }

  events(...times: number[]): Promise<void> {
    return this.hand(times.map((storedAtMs) => ({ storedAtMs }) as Stored<unknown>));
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('several logs as one', () => {
  let applied: string[];
  let [a, b]: [Log, Log] = [new Log('a', []), new Log('b', [])];
  let merged: MergedLogs;
  let rounds: number;

  beforeEach(() => {
    applied = [];
    rounds = 0;
    [a, b] = [new Log('a', applied), new Log('b', applied)];
    merged = new MergedLogs([a, b], () => (rounds += 1));
  });

  it('come in the order in which their events were stored; of equals, the first log comes first', async () => {
    void a.events(1, 4, 6);
    void b.events(2, 4, 5);
    b.catchUp();
    await turn();
    expect(applied).toEqual(['a1', 'b2', 'a4', 'b4', 'b5', 'a6']);
  });

  it('wait for the one that is behind', async () => {
    void a.events(5);
    expect(applied).toEqual([]);
    void b.events(3);
    expect(applied).toEqual(['b3']);
    b.catchUp();
    await turn();
    expect(applied).toEqual(['b3', 'a5']);
  });

  it('are handed over one batch at a time', async () => {
    let isDone = false;
    void a.events(5).then(() => (isDone = true));
    await turn();
    expect(isDone).toBe(false);
    b.catchUp();
    await turn();
    expect(isDone).toBe(true);
  });

  it('are applied as they come once all have been read to their ends', async () => {
    a.catchUp();
    b.catchUp();
    await merged.caughtUp;
    void b.events(9);
    void a.events(3);
    expect(applied).toEqual(['b9', 'a3']);
    expect(rounds).toBe(2);
  });

  it('fail when one of them does', async () => {
    b.fail(new Error('gone'));
    await expect(merged.failed).rejects.toThrow('gone');
  });

  it('are applied no more once they are stopped', async () => {
    a.catchUp();
    b.catchUp();
    await merged.caughtUp;
    await merged.stop();
    void a.events(1);
    expect(applied).toEqual([]);
    expect([a.stopped, b.stopped]).toEqual([true, true]);
  });
});
