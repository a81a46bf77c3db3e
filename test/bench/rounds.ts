/**
 * The habits every benchmark here keeps: contenders interleaved in random order within each round, warm-up rounds dropped,
 * the median of the per-round ratios with its spread, and the baseline against itself as a control. When the control leaves
 * 0.95–1.05, the machine was too noisy and the run is void.
 */
export interface Contender {
  readonly name: string;
  /** One measurement, in milliseconds. */
  measure(): Promise<number>;
}

export interface RoundsOptions {
  readonly rounds: number;
  readonly warmUp: number;
  readonly random: () => number;
  readonly onRound?: (done: number, of: number) => void;
  /** Waited for after each round. */
  readonly between?: () => Promise<void>;
}

export type Samples = ReadonlyMap<string, readonly number[]>;

export const interleave = async (
  contenders: readonly Contender[],
  { rounds, warmUp, random, onRound, between }: RoundsOptions,
): Promise<Samples> => {
  const samples = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let round = -warmUp; round < rounds; round += 1) {
    for (const contender of shuffled(contenders, random)) {
      const value = await contender.measure();
      if (round >= 0) samples.get(contender.name)!.push(value);
    }
    onRound?.(round + warmUp + 1, rounds + warmUp);
    await between?.();
  }
  return samples;
};

const shuffled = <T>(items: readonly T[], random: () => number): T[] =>
  items
    .map((item) => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);

export const quantile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const at = Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1));
  return sorted[at] ?? NaN;
};

export interface Ratio {
  readonly median: number;
  /** The middle half of the per-round ratios. */
  readonly spread: readonly [number, number];
}

/** Each round's `a` over the same round's `b`. */
export const ratioOf = (a: readonly number[], b: readonly number[]): Ratio => {
  const ratios = a.map((value, index) => value / b[index]!);
  return {
    median: quantile(ratios, 0.5),
    spread: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
  };
};

/** The p99 of the one over the p99 of the other: with few rounds this is close to the worst round. */
export const tailRatio = (a: readonly number[], b: readonly number[]): number =>
  quantile(a, 0.99) / quantile(b, 0.99);

export interface Spread {
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly max_ms: number;
}

export const spreadOf = (values: readonly number[]): Spread => ({
  p50_ms: quantile(values, 0.5),
  p99_ms: quantile(values, 0.99),
  max_ms: quantile(values, 1),
});

export const spreadCells = ({ p50_ms, p99_ms, max_ms }: Spread): string[] =>
  [p50_ms, p99_ms, max_ms].map((value) => value.toFixed(2));
