import fc from 'fast-check';
import { MINUTE_MS, spanMs } from '../time/spans.js';
import { newWindow, type Per, type Window } from './windows.js';

const START_MS = Date.parse('2026-01-31T03:00:00.000Z');
const bucketMs = { minute: 1000, hour: MINUTE_MS, day: 15 * MINUTE_MS } as const;

type Step = readonly [aheadMs: number, amount: number];

/** Times that go on in steps of all sizes, some back. */
const steps = (perMs: number) =>
  fc.array(
    fc.tuple(
      fc.oneof(
        fc.integer({ min: 0, max: 50 }),
        fc.integer({ min: 0, max: Math.ceil(perMs / 3) }),
        fc.integer({ min: -perMs, max: 3 * perMs }),
      ),
      fc.integer({ min: 1, max: 1000 }),
    ),
    { maxLength: 60 },
  );

/** Everything that was added, kept one by one. */
class Naive {
  readonly all: { atMs: number; amount: number }[] = [];
  newestMs = 0;

  add(amount: number, atMs: number): void {
    this.newestMs = Math.max(this.newestMs, atMs);
    this.all.push({ atMs, amount });
  }

  /** What came too late for the window was never in it: those are taken out by the model, step by step. */
  sum(from: (newestMs: number) => number): number {
    return this.all
      .filter(({ atMs }) => atMs >= from(this.newestMs))
      .reduce((sum, { amount }) => sum + amount, 0);
  }
}

const run = (window: Window, naive: Naive, all: readonly Step[], each: (atMs: number) => void) => {
  let atMs = START_MS;
  for (const [ahead, amount] of all) {
    atMs += ahead;
    window.add(amount, atMs);
    naive.add(amount, atMs);
    each(atMs);
  }
};

describe.each(['minute', 'hour', 'day'] as const)('a window of a %s', (per) => {
  const lengthMs = spanMs[per];
  const bucket = bucketMs[per];

  it('sums exactly what lies in its buckets, the newest included, whatever came late', () => {
    fc.assert(
      fc.property(steps(lengthMs), (all) => {
        const naive = new Naive();
        const window = newWindow(per);
        const from = (newestMs: number) =>
          Math.floor(newestMs / bucket) * bucket - lengthMs + bucket;
        run(window, naive, all, (atMs) => expect(window.total(atMs)).toBe(naive.sum(from)));
      }),
    );
  });

  it('never sums more than the whole window holds, and never less than all of it but one bucket', () => {
    fc.assert(
      fc.property(steps(lengthMs), (all) => {
        const naive = new Naive();
        const window = newWindow(per);
        run(window, naive, all, (atMs) => {
          const total = window.total(atMs);
          expect(total).toBeLessThanOrEqual(naive.sum((newest) => newest - lengthMs + 1));
          expect(total).toBeGreaterThanOrEqual(naive.sum((newest) => newest - lengthMs + bucket));
        });
      }),
    );
  });

  it('says to the millisecond when its sum has fallen to a limit', () => {
    fc.assert(
      fc.property(steps(lengthMs), fc.integer({ min: 0, max: 5000 }), (all, limit) => {
        const window = newWindow(per);
        const naive = new Naive();
        run(window, naive, all, () => undefined);
        const nowMs = naive.newestMs;
        const waitMs = window.msUntilAtMost(limit, nowMs) ?? 0;
        if (waitMs > 0) expect(window.total(nowMs + waitMs - 1)).toBeGreaterThan(limit);
        expect(window.total(nowMs + waitMs)).toBeLessThanOrEqual(limit);
      }),
    );
  });
});

describe.each(['minute', 'hour', 'day', 'month', 'total'] as const)('a saved %s', (per) => {
  it('goes on as the one that was saved', () => {
    fc.assert(
      fc.property(steps(spanMs.day), steps(spanMs.day), (before, after) => {
        const one = newWindow(per);
        run(one, new Naive(), before, () => undefined);
        const other = newWindow(per);
        other.restore(JSON.parse(JSON.stringify(one.save())) as number[]);
        const totals = (window: Window): number[] => {
          const found: number[] = [];
          run(window, new Naive(), after, (atMs) => found.push(window.total(atMs)));
          return found;
        };
        expect(totals(other)).toEqual(totals(one));
      }),
    );
  });
});

describe('a month', () => {
  const at = (text: string): number => Date.parse(text);
  const window = (per: Per = 'month') => newWindow(per);

  it('is the one of the UTC calendar, and ends with it', () => {
    const month = window();
    month.add(5, at('2028-02-29T23:59:59.999Z'));
    expect(month.total(at('2028-02-29T23:59:59.999Z'))).toBe(5);
    expect(month.msUntilAtMost(4, at('2028-02-29T00:00:00.000Z'))).toBe(spanMs.day);
    expect(month.total(at('2028-03-01T00:00:00.000Z'))).toBe(0);
  });

  it('leaves out what comes of the one before', () => {
    const month = window();
    month.add(1, at('2026-03-01T00:00:00.000Z'));
    month.add(7, at('2026-02-28T23:59:59.999Z'));
    expect(month.total(at('2026-03-01T00:00:00.000Z'))).toBe(1);
  });

  it('that never ends only grows', () => {
    const total = window('total');
    total.add(3, at('2026-01-01T00:00:00.000Z'));
    total.add(4, at('2036-01-01T00:00:00.000Z'));
    expect(total.total(at('2046-01-01T00:00:00.000Z'))).toBe(7);
    expect(total.msUntilAtMost(6, 0)).toBeNull();
  });
});
