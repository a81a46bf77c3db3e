import { MICRO_MAX } from '#contracts';
import { microOfNumber } from './guard-costs.js';

describe('a number in dollars', () => {
  it.each([
    [0, 0],
    [-1, 0],
    [0.1, 100_000],
    [0.37, 370_000],
    [1.000_001, 1_000_001],
    [4.35, 4_350_000],
    [0.000_000_5, 1],
    [1e-12, 1],
    [Number.MIN_VALUE, 1],
    [1_000_000_000, MICRO_MAX],
    [1e308, MICRO_MAX],
  ])('%d is %d millionths: exact where it can be, and never nothing for something', (usd, micro) =>
    expect(microOfNumber(usd)).toBe(micro),
  );
});
