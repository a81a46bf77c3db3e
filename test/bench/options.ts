import { parseArgs } from 'node:util';

export interface Options<Name extends string> {
  readonly names: readonly Name[];
  readonly rounds: number | null;
  readonly minutes: number | null;
  readonly show: 'text' | 'json' | 'markdown';
}

export class BadOption extends Error {
  override readonly name = 'BadOption';
}

const ROUNDS_MAX = 10_000;
const MINUTES_MAX = 24 * 60;

interface Range {
  readonly min: number;
  readonly max: number;
}

const numberOf = (name: string, text: string | undefined, { min, max }: Range): number | null => {
  if (text === undefined) return null;
  const value = Number(text);
  if (text.trim() !== '' && value >= min && value <= max) return value;
  throw new BadOption(`--${name} must be a number from ${min} to ${max}, not "${text}"`);
};

const wholeRounds = (text: string | undefined): number | null => {
  const rounds = numberOf('rounds', text, { min: 1, max: ROUNDS_MAX });
  if (rounds === null || Number.isInteger(rounds)) return rounds;
  throw new BadOption(`--rounds must be a whole number, not "${text}"`);
};

const chosen = <Name extends string>(text: string | undefined, all: readonly Name[]): Name[] => {
  if (text === undefined) return [...all];
  return text.split(',').map((wanted) => {
    const name = all.find((it) => it === wanted.trim());
    if (name !== undefined) return name;
    throw new BadOption(`--only knows ${all.join(', ')}, not "${wanted}"`);
  });
};

const parsed = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: 'string' },
        rounds: { type: 'string' },
        minutes: { type: 'string' },
        json: { type: 'boolean', default: false },
        markdown: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new BadOption((error as Error).message, { cause: error });
  }
};

/** @throws BadOption that names the option and what it may be. */
export const readOptions = <Name extends string>(
  args: readonly string[],
  all: readonly Name[],
): Options<Name> => {
  const { only, rounds, minutes, json, markdown } = parsed(args);
  if (json && markdown) throw new BadOption('--json and --markdown exclude each other');
  return {
    names: chosen(only, all),
    rounds: wholeRounds(rounds),
    minutes: numberOf('minutes', minutes, { min: 0.05, max: MINUTES_MAX }),
    show: json ? 'json' : markdown ? 'markdown' : 'text',
  };
};
