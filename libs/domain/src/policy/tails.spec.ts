import { Moments } from './moments.js';
import { logTailOfCount, logTailOfShare, normalOfStudent, twoSidedNormalTail } from './tails.js';

/** P(X ≥ x), summed term by term. */
const poissonTail = (x: number, mean: number): number => {
  let term = Math.exp(-mean);
  let below = 0;
  for (let k = 0; k < x; k += 1) {
    below += term;
    term *= mean / (k + 1);
  }
  return 1 - below;
};

const negativeBinomialTail = (x: number, mean: number, variance: number): number => {
  const size = (mean * mean) / (variance - mean);
  const p = mean / variance;
  let term = p ** size;
  let below = 0;
  for (let k = 0; k < x; k += 1) {
    below += term;
    term *= ((k + size) / (k + 1)) * (1 - p);
  }
  return 1 - below;
};

describe('the bound on a count', () => {
  it.each([
    [6, 1],
    [10, 4],
    [40, 20],
    [200, 150],
  ])('is never below the chance that a Poisson count reaches %i where %i is usual', (x, mean) => {
    const exact = poissonTail(x, mean);
    const bound = Math.exp(logTailOfCount(x, mean, mean));
    expect(bound).toBeGreaterThanOrEqual(exact);
    expect(bound).toBeLessThan(exact * 20);
  });

  it.each([
    [10, 2, 6],
    [60, 20, 100],
    [200, 100, 1000],
  ])('holds for counts that vary more: %i, mean %i, variance %i', (x, mean, variance) => {
    const exact = negativeBinomialTail(x, mean, variance);
    const bound = Math.exp(logTailOfCount(x, mean, variance));
    expect(bound).toBeGreaterThanOrEqual(exact);
    expect(bound).toBeLessThan(exact * 20);
    expect(bound).toBeGreaterThan(Math.exp(logTailOfCount(x, mean, mean)));
  });

  it('says nothing about what is usual', () => expect(logTailOfCount(3, 4, 4)).toBe(0));
});

const binomialTail = (x: number, n: number, p: number): number => {
  let term = (1 - p) ** n;
  let below = 0;
  for (let k = 0; k < x; k += 1) {
    below += term;
    term *= ((n - k) / (k + 1)) * (p / (1 - p));
  }
  return 1 - below;
};

describe('the bound on a share', () => {
  it.each([
    [5, 20, 0.05],
    [40, 200, 0.1],
    [20, 20, 0.5],
  ])('is never below the chance of %i of %i where %d is usual', (x, n, usual) => {
    const exact = binomialTail(x, n, usual);
    const bound = Math.exp(logTailOfShare(x / n, usual, n));
    expect(bound).toBeGreaterThanOrEqual(exact * (1 - 1e-9));
    expect(bound).toBeLessThan(exact * 20);
  });

  it('is the same for what is left', () =>
    expect(logTailOfShare(0.9, 0.7, 50)).toBeCloseTo(logTailOfShare(0.1, 0.3, 50), 12));
});

describe('the tail of the normal distribution', () => {
  it.each([
    [0, 1],
    [1.959963984540054, 0.05],
    [3.290526731491926, 0.001],
    [4.891638475698803, 1e-6],
    [-1.959963984540054, 0.05],
  ])('beyond %d is %d', (z, chance) => {
    expect(Math.abs(twoSidedNormalTail(z) / chance - 1)).toBeLessThan(1e-6);
  });

  it('takes a t for less than it looks where there are few values', () => {
    // The 97.5 % points of Student's distribution.
    expect(normalOfStudent(2.228, 10)).toBeCloseTo(1.96, 1);
    expect(normalOfStudent(1.984, 100)).toBeCloseTo(1.96, 2);
  });
});

describe('moments', () => {
  const values = [3, 8, 1, 0, 0, 12, 5, 7, 7, 2];
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1);

  it('are those of the values while all are remembered', () => {
    const moments = new Moments(100);
    values.forEach((value) => moments.add(value));
    expect(moments.mean).toBeCloseTo(mean, 12);
    expect(moments.variance).toBeCloseTo(variance, 12);
  });

  it('follow where the values go', () => {
    const moments = new Moments(20);
    for (let n = 0; n < 1000; n += 1) moments.add(n < 500 ? 10 : 50);
    expect(moments.mean).toBeCloseTo(50, 6);
  });

  it('take idle times in as zeros, however long they are', () => {
    const moments = new Moments(20);
    values.forEach((value) => moments.add(value));
    moments.addZeros(1e9);
    expect(moments.mean).toBeLessThan(0.05);
  });
});
