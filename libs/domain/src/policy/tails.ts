/**
 * How unlikely values are. The bounds are upper bounds, so a confidence that is stated is never more than the model gives.
 */

/**
 * Logarithm of an upper bound on P(X ≥ x), for x above the mean: Chernoff's bound (H. Chernoff, Ann. Math. Statist. 23,
 * 1952) for counts whose variance is the mean (Poisson) or above it (negative binomial with the same two moments).
 */
export const logTailOfCount = (x: number, mean: number, variance: number): number => {
  if (x <= mean) return 0;
  const away = x * Math.log(x / mean);
  if (variance <= mean) return -(away - (x - mean));
  const size = (mean * mean) / (variance - mean);
  return -(away - (x + size) * Math.log((x + size) / (mean + size)));
};

/**
 * Logarithm of an upper bound on the chance that of `samples` as large a share, or where it lies below `usual` as small a
 * one, is met where `usual` is the share of all: Chernoff's bound, exp(−n·D) with the Kullback–Leibler divergence D.
 */
export const logTailOfShare = (share: number, usual: number, samples: number): number => {
  const part = (p: number, q: number): number => (p === 0 ? 0 : p * Math.log(p / q));
  return -samples * (part(share, usual) + part(1 - share, 1 - usual));
};

/**
 * P(|Z| ≥ |z|) of the standard normal distribution. W. H. Press et al., Numerical Recipes, 2nd ed. (1992), §6.2: `erfcc`, with
 * a relative error below 1.2·10⁻⁷ everywhere.
 */
export const twoSidedNormalTail = (z: number): number => {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.5 * x);
  const sum = coefficients.reduceRight((rest, coefficient) => coefficient + t * rest, 0);
  return t * Math.exp(-x * x + sum);
};

const coefficients = [
  -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587,
  -0.82215223, 0.17087277,
];

/**
 * The normal value that is as unlikely as this t of Student's distribution; M. Abramowitz and I. A. Stegun, Handbook of
 * Mathematical Functions (1964), 26.7.8.
 */
export const normalOfStudent = (t: number, degrees: number): number =>
  (t * (1 - 1 / (4 * degrees))) / Math.sqrt(1 + (t * t) / (2 * degrees));
