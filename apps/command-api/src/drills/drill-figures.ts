import type { DrillFigures, DrillRegion, GatewayAnswer } from '#contracts';

/** One gateway over all samples of a drill. */
export interface Drilled {
  readonly answer: GatewayAnswer;
  /** Milliseconds from the push to its receipt, one for each sample that it confirmed. */
  readonly tookMs: readonly number[];
}

/** The smallest of the values that at least this share of them do not exceed; `null` of none. */
const rank = (sorted: readonly number[], share: number): number | null =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;

export const figuresOf = (drilled: readonly Drilled[]): DrillFigures => {
  const sorted = drilled.flatMap(({ tookMs }) => tookMs).sort((a, b) => a - b);
  return { p50_ms: rank(sorted, 0.5), p99_ms: rank(sorted, 0.99), max_ms: sorted.at(-1) ?? null };
};

export const effectiveOf = (drilled: readonly Drilled[]) => ({
  acked: drilled.filter(({ answer }) => answer.state === 'acked').length,
  of: drilled.length,
});

/** By name. */
export const regionsOf = (drilled: readonly Drilled[]): DrillRegion[] => {
  const names = [...new Set(drilled.map(({ answer }) => answer.region))].sort();
  return names.map((region) => {
    const here = drilled.filter(({ answer }) => answer.region === region);
    const missing = here
      .filter(({ answer }) => answer.state === 'missing')
      .map(({ answer }) => answer.gateway);
    return { region, ...effectiveOf(here), ...figuresOf(here), missing };
  });
};
