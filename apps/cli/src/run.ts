import { Estop } from '#sdk';
import { parseFlags } from './arguments/flags.js';
import { UsageError } from './arguments/usage-error.js';
import type { Command } from './command.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import { reportFailure } from './failure.js';
import { find } from './find-command.js';
import { helpFor, overview } from './help.js';
import { findHome } from './mesh/home.js';
import { paintFor } from './render/paint.js';
import type { Terminal } from './terminal.js';

export interface Surroundings {
  readonly commands: readonly Command[];
  readonly terminal: Terminal;
}

/** Runs one command line. Never throws: what goes wrong becomes a sentence on the error output and an exit code. */
export const run = async (
  args: readonly string[],
  { commands, terminal }: Surroundings,
): Promise<ExitCode> => {
  const json = args.includes('--json');
  try {
    if (asksForHelp(args)) {
      const topic = args.filter((arg) => !arg.startsWith('-') && arg !== 'help');
      terminal.out(topic.length === 0 ? overview(commands) : helpFor(topic, commands));
      return exitCodes.confirmed;
    }
    const { command, rest } = find(args, commands);
    return await execute(command, rest, terminal);
  } catch (error) {
    return reportFailure(error, { terminal, json });
  }
};

const asksForHelp = (args: readonly string[]): boolean =>
  args.length === 0 || args[0] === 'help' || args.includes('--help') || args.includes('-h');

const execute = async (
  command: Command,
  args: readonly string[],
  terminal: Terminal,
): Promise<ExitCode> => {
  const { words, flags } = parseFlags(args, command.flags ?? {});
  refuseWrongCount(command, words);
  const home = await findHome(flags, terminal, command.needs ?? 'operator');
  const estop = new Estop({ ...home, fetch: terminal.fetch, sleep: terminal.sleep });
  const json = flags.has('json');
  const paint = paintFor(terminal.colours && !json);
  return command.run({ words, flags, terminal, paint, json, home, estop });
};

const refuseWrongCount = (command: Command, words: readonly string[]): void => {
  const { min, max } = command.words;
  if (words.length >= min && words.length <= max) return;
  const cure = `It is used like this: estop ${command.name} ${command.usage ?? ''}`.trimEnd();
  const surplus = words[max];
  if (surplus === undefined)
    throw new UsageError(`${command.name} needs ${command.usage ?? 'more'}`, cure);
  throw new UsageError(`${command.name} does not take ${JSON.stringify(surplus)}`, cure);
};
