import { nearest } from './arguments/nearest.js';
import { UsageError } from './arguments/usage-error.js';
import type { Command } from './command.js';

export interface Found {
  readonly command: Command;
  readonly rest: readonly string[];
}

/**
 * The command that a line begins with: two words of a group (`orders lift`), else one. The name of a group alone means its
 * list.
 *
 * @throws UsageError with the command that was probably meant.
 */
export const find = (args: readonly string[], commands: readonly Command[]): Found => {
  const [first = '', second = ''] = args;
  const byName = (name: string) =>
    commands.find((command) => command.name === name || command.aliases?.includes(name));
  const two = byName(`${first} ${second}`);
  if (two) return { command: two, rest: args.slice(2) };
  refuseUnknownVerb(args, commands);
  const one = byName(first) ?? byName(`${first} list`);
  if (one) return { command: one, rest: args.slice(1) };
  throw unknown(first, firstWords(commands));
};

const refuseUnknownVerb = (args: readonly string[], commands: readonly Command[]): void => {
  const [first = '', second = ''] = args;
  const verbs = verbsOf(first, commands);
  if (verbs.length > 0 && /^[^-]/.test(second)) throw unknown(`${first} ${second}`, verbs);
};

/** The full names in a group. */
export const verbsOf = (group: string, commands: readonly Command[]): readonly string[] =>
  commands.map(({ name }) => name).filter((name) => name.startsWith(`${group} `));

/** Everything a line may begin with; `up` is the launcher's. */
const firstWords = (commands: readonly Command[]): readonly string[] => {
  const names = commands.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
  return ['up', 'help', ...new Set(names.map((name) => name.split(' ')[0] as string))];
};

const unknown = (name: string, candidates: readonly string[]): UsageError => {
  const meant = nearest(name, candidates);
  const cure = meant === null ? 'See "estop help".' : `Did you mean "estop ${meant}"?`;
  return new UsageError(`unknown command "${name}"`, cure);
};
