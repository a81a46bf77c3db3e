/** The candidate that is fewest typing slips away, or `null` where none is near. */
export const nearest = (word: string, candidates: readonly string[]): string | null => {
  const slipsMax = Math.max(1, Math.floor(word.length / 3));
  let best: string | null = null;
  let bestSlips = slipsMax + 1;
  for (const candidate of candidates) {
    const slips = slipsBetween(word, candidate);
    if (slips < bestSlips) [best, bestSlips] = [candidate, slips];
  }
  return best;
};

/** Letters to insert, drop, replace, or swap with their neighbour. */
const slipsBetween = (a: string, b: string): number => {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) row.push(cell(rows, row, { a, b, i, j }));
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? Infinity;
};

interface Place {
  readonly a: string;
  readonly b: string;
  readonly i: number;
  readonly j: number;
}

const cell = (rows: number[][], row: number[], { a, b, i, j }: Place): number => {
  const at = (r: number[] | undefined, c: number): number => r?.[c] ?? Infinity;
  const same = a[i - 1] === b[j - 1] ? 0 : 1;
  const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
  return Math.min(
    at(rows[i - 1], j) + 1,
    at(row, j - 1) + 1,
    at(rows[i - 1], j - 1) + same,
    swapped ? at(rows[i - 2], j - 2) + 1 : Infinity,
  );
};
