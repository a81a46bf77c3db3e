import { variableOf } from '#platform';
import { BadOption } from './cannot-start.js';

/** Options that can be given on the command line; the others are variables only. */
export const flags = [
  'data-dir',
  'port',
  'regions',
  'gateways-per-region',
  'control-nodes',
  'topology',
  'org',
  'workspace',
  'database-url',
  'nats-url',
  'json',
] as const;

export interface Given {
  /** As it was typed, for messages. */
  readonly flag: string;
  readonly value: string;
}

const SPELLING = /^--([a-z-]+)(?:=(.*))?$/s;

const isFlag = (name: string | undefined): boolean =>
  (flags as readonly (string | undefined)[]).includes(name);

const unknown = (argument: string): BadOption =>
  new BadOption(
    argument.startsWith('-')
      ? `there is no option ${argument.split('=')[0]}`
      : `"${argument}" is not an option`,
    `the options are ${flags.map((name) => `--${name}`).join(', ')} and --help`,
  );

/** `--json` alone means yes; every other option takes the next word. */
const nextValue = (name: string, rest: string[]): string => {
  if (name === 'json') return 'true';
  const value = rest.shift();
  return value === undefined || value.startsWith('--') ? '' : value;
};

const fieldOf = (name: string): string =>
  name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

/**
 * The command line as variables: `--data-dir X` and `--data-dir=X` are `ESTOP_DATA_DIR=X`.
 *
 * @throws BadOption for an unknown option, or one without its value.
 */
export const variablesFrom = (args: readonly string[]): ReadonlyMap<string, Given> => {
  const given = new Map<string, Given>();
  const rest = [...args];
  for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
    const [, name, inline] = SPELLING.exec(argument) ?? [];
    if (name === undefined || !isFlag(name)) throw unknown(argument);
    const value = inline ?? nextValue(name, rest);
    if (value === '')
      throw new BadOption(`--${name} has no value`, `write --${name} VALUE; see --help`);
    given.set(variableOf(fieldOf(name)), { flag: `--${name}`, value });
  }
  return given;
};
