import { Turnstile } from './turnstile.js';

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the turnstile of requests', () => {
  it('lets one after the other in at once while a turn has time', () => {
    const entered: number[] = [];
    const turnstile = new Turnstile(() => 0);
    for (const one of [1, 2, 3]) turnstile.pass(() => entered.push(one));
    expect(entered).toEqual([1, 2, 3]);
  });

  it('lets what comes too late for a turn in with the next ones, in its order, and other things between', async () => {
    let nowMs = 0;
    const entered: string[] = [];
    const turnstile = new Turnstile(() => nowMs);
    // Each takes two milliseconds.
    for (const one of ['a', 'b', 'c', 'd', 'e']) {
      turnstile.pass(() => {
        entered.push(one);
        nowMs += 2;
      });
    }
    expect(entered).toEqual(['a', 'b']);
    const seen: string[][] = [];
    while (entered.length < 5) {
      await nextTurn();
      seen.push([...entered]);
    }
    expect(entered).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(seen.some((then) => then.length === 4)).toBe(true);
  });

  it('keeps nobody waiting in later turns', async () => {
    let nowMs = 0;
    const turnstile = new Turnstile(() => nowMs);
    turnstile.pass(() => (nowMs += 10));
    await nextTurn();
    await nextTurn();
    let entered = false;
    turnstile.pass(() => (entered = true));
    expect(entered).toBe(true);
  });
});
