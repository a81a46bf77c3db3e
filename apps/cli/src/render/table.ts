import type { Paint } from './paint.js';

/** A cell: its text, and how it is painted once the columns are measured. */
export type Cell = string | { readonly text: string; readonly paint: (text: string) => string };

const textOf = (cell: Cell | undefined): string =>
  cell === undefined ? '' : typeof cell === 'string' ? cell : cell.text;

/** Rows under headings, in columns. Never wider than what is in it; nothing is cut off. */
export const table = (
  headings: readonly string[],
  rows: readonly (readonly Cell[])[],
  paint: Paint,
): string => {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => textOf(row[column]).length)),
  );
  const line = (cells: readonly Cell[]): string =>
    cells.map((cell, column) => padded(cell, column, widths)).join('  ');
  const head = line(headings.map((text) => ({ text, paint: paint.dim })));
  return [head, ...rows.map(line)].join('\n');
};

const padded = (cell: Cell, column: number, widths: readonly number[]): string => {
  const text = textOf(cell);
  const painted = typeof cell === 'string' ? text : cell.paint(text);
  return column === widths.length - 1
    ? painted
    : painted + ' '.repeat((widths[column] ?? 0) - text.length);
};
