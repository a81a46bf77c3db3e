import { interleave, quantile, ratioOf, spreadOf, tailRatio } from './rounds.js';

describe('Rounds', () => {
  it('measure every contender once, in an order of its own, and drop the warm-up', async () => {
    const order: string[] = [];
    const contender = (name: string, values: number[]) => ({
      name,
      measure: async () => {
        order.push(name);
        return values.shift() ?? NaN;
      },
    });
    const draws = [0.9, 0.1, 0.1, 0.9, 0.9, 0.1];
    const samples = await interleave([contender('a', [9, 1, 2]), contender('b', [9, 3, 4])], {
      ...{ rounds: 2, warmUp: 1 },
      random: () => draws.shift() ?? 0,
    });
    expect(order).toEqual(['b', 'a', 'a', 'b', 'b', 'a']);
    expect(samples.get('a')).toEqual([1, 2]);
    expect(samples.get('b')).toEqual([3, 4]);
  });
});

describe('Statistics', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  it('take a quantile that was measured, never one in between', () => {
    expect(quantile(hundred, 0.5)).toBe(50);
    expect(quantile(hundred, 0.99)).toBe(99);
    expect(quantile([7], 0.99)).toBe(7);
    expect(quantile([], 0.5)).toBeNaN();
  });
  it('compare round with round', () =>
    expect(ratioOf([2, 4, 30], [1, 2, 3])).toEqual({ median: 2, spread: [2, 10] }));
  it('compare tail with tail', () => expect(tailRatio([1, 8], [2, 4])).toBe(2));
  it('tell middle, tail and worst', () =>
    expect(spreadOf(hundred)).toEqual({ p50_ms: 50, p99_ms: 99, max_ms: 100 }));
});
