import { commonFlags, type FlagDefinitions } from './arguments/flags.js';
import type { Command } from './command.js';
import { find, verbsOf } from './find-command.js';

/** What `estop help` says. */
export const overview = (commands: readonly Command[]): string =>
  [
    'estop: an emergency stop for fleets of AI agents',
    '',
    'usage: estop COMMAND [TARGET] [flags]',
    '',
    ...columns([
      ['up', 'start the standing mesh on this machine'],
      ...commands.map(({ name, aliases, summary }): [string, string] => [
        [name, ...(aliases ?? [])].join(', '),
        summary,
      ]),
    ]),
    '',
    'A target is an agent (agent://org/workspace/name, an addr_… id, or a bare name in your own workspace), or many:',
    'tag:NAME, tag:NAME@org/workspace, ns:org/workspace, org:NAME.',
    '',
    'Exit codes: 0 confirmed, 1 failed, 2 usage, 3 not authorised, 4 accepted but not contained yet.',
    'Details and examples: estop COMMAND --help',
  ].join('\n');

/** Help for one command, or for each of a group. */
export const helpFor = (topic: readonly string[], commands: readonly Command[]): string => {
  const verbs = topic.length === 1 ? verbsOf(topic[0] as string, commands) : [];
  const whole = commands.some(({ name }) => name === topic[0]);
  if (verbs.length === 0 || whole) return one(find(topic, commands).command);
  return commands
    .filter(({ name }) => verbs.includes(name))
    .map(one)
    .join('\n\n');
};

const one = (command: Command): string =>
  [
    `estop ${[command.name, command.usage].filter(Boolean).join(' ')} [flags]`,
    command.summary,
    ...(command.details ? ['', ...command.details] : []),
    '',
    ...flagLines({ ...command.flags, ...commonFlags }),
    '',
    'Examples:',
    ...command.examples.map((example) => `  ${example}`),
  ].join('\n');

const flagLines = (flags: FlagDefinitions): readonly string[] =>
  columns(
    Object.entries(flags).map(([name, { value, optional = false, help }]) => [
      [`--${name}`, ...(value === undefined ? [] : [optional ? `[${value}]` : value])].join(' '),
      help,
    ]),
  );

const columns = (rows: readonly (readonly [string, string])[]): readonly string[] => {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
};
