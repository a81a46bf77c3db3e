import { parseArgs } from 'node:util';
import { rows, tour } from './rows/index.js';
import type { Row } from './rows/row.js';

export interface Options {
  readonly rows: readonly Row[];
  readonly seed: number;
  readonly rate: number;
  /** The rows again and again, each time with other seeds, until so many minutes are over; once when `null`. */
  readonly minutes: number | null;
  readonly json: boolean;
}

export class BadOption extends Error {
  override readonly name = 'BadOption';
}

const FULL_RATE = 1000;
const TOUR_RATE = 200;
const RATE_MAX = 20_000;

const wholeNumber = (name: string, text: string, max: number): number => {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= max) return value;
  throw new BadOption(`--${name} must be a whole number from 1 to ${max}, not "${text}"`);
};

const named = (list: string): Row[] =>
  list.split(',').map((name) => {
    const row = rows.find((it) => it.name === name.trim());
    if (row !== undefined) return row;
    throw new BadOption(
      `there is no row "${name}"; the rows are ${rows.map((it) => it.name).join(', ')}`,
    );
  });

/** @throws BadOption that names the option and what it may be. */
export const readOptions = (args: readonly string[]): Options => {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        rows: { type: 'string' },
        seed: { type: 'string', default: '1' },
        rate: { type: 'string' },
        minutes: { type: 'string' },
        tour: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    }));
  } catch (error) {
    throw new BadOption((error as Error).message, { cause: error });
  }
  const { rows: list, tour: isTour, rate, minutes } = values;
  return {
    rows: list === undefined ? (isTour ? tour : rows) : named(list),
    seed: wholeNumber('seed', values.seed, 2 ** 31),
    rate: wholeNumber('rate', rate ?? String(isTour ? TOUR_RATE : FULL_RATE), RATE_MAX),
    minutes: minutes === undefined ? null : wholeNumber('minutes', minutes, 10_000),
    json: values.json,
  };
};
