/** Every so many seeds of a range, for one worker. */
export interface Share {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

export interface Totals {
  histories: number;
  simulatedMs: number;
  orders: number;
  contained: number;
  scenarios: Record<string, number>;
}

/** What a worker has done since its last word. */
export interface Word {
  readonly totals: Totals;
  readonly brokenSeed: number | null;
}

export const emptyTotals = (): Totals => ({
  histories: 0,
  simulatedMs: 0,
  orders: 0,
  contained: 0,
  scenarios: {},
});

export const addTotals = (sum: Totals, more: Totals): void => {
  sum.histories += more.histories;
  sum.simulatedMs += more.simulatedMs;
  sum.orders += more.orders;
  sum.contained += more.contained;
  for (const [name, count] of Object.entries(more.scenarios))
    sum.scenarios[name] = (sum.scenarios[name] ?? 0) + count;
};

/** The checks that every history must pass, by their names in the design. */
export const INVARIANTS = [
  'I1',
  'I1c',
  'I2',
  'I3',
  'I4',
  'I5',
  'I6',
  'I7',
  'I8',
  'I9',
  'assertion',
] as const;
