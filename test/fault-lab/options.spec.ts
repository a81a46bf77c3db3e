import { readFileSync } from 'node:fs';
import { BadOption, readOptions } from './options.js';
import { rows, tour } from './rows/index.js';

const refusalOf = (...args: string[]): string => {
  try {
    readOptions(args);
  } catch (error) {
    if (error instanceof BadOption) return error.message;
    throw error;
  }
  return 'accepted';
};

it('runs the whole matrix at 1000 requests a second when nothing is said', () =>
  expect(readOptions([])).toEqual({ rows, seed: 1, rate: 1000, minutes: null, json: false }));

it('runs the tour at 200', () =>
  expect(readOptions(['--tour', '--seed', '7'])).toMatchObject({ rows: tour, seed: 7, rate: 200 }));

it('runs the rows that are named, in that order', () => {
  const { rows: chosen } = readOptions(['--rows', 'postgres-down,calm']);
  expect(chosen.map(({ name }) => name)).toEqual(['postgres-down', 'calm']);
});

it.each([
  ['an unknown row', ['--rows', 'calm,nonsense'], /no row "nonsense"; the rows are calm, /],
  ['a rate that is none', ['--rate', 'fast'], /--rate must be a whole number from 1 to/],
  ['no seed', ['--seed', '0'], /--seed must be a whole number from 1 to/],
  ['an unknown option', ['--row', 'calm'], /--row/],
])('names %s', (_, args, message) => expect(refusalOf(...args)).toMatch(message));

it('has each row once, and a tour of some of them', () => {
  const names = rows.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(tour.length).toBeGreaterThan(4);
  expect(names).toEqual(expect.arrayContaining(tour.map(({ name }) => name)));
});

it('describes every option in the help', () => {
  const help = new URL('../../infra/setup/help/fault-lab.txt', import.meta.url);
  const text = readFileSync(help, 'utf8');
  for (const name of ['rows', 'tour', 'seed', 'rate', 'minutes', 'json'])
    expect(text).toContain(`--${name}`);
});
