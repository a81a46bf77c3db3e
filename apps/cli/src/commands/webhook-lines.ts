import { UsageError } from '../arguments/usage-error.js';
import type { Call } from '../command.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The webhook that the first word names. @throws UsageError */
export const idOf = ({ words }: Call): string => {
  const id = words[0] as string;
  if (UUID.test(id)) return id;
  throw new UsageError(`not the id of a webhook: ${id}`, 'See "estop webhooks".');
};

export const say = ({ json, terminal }: Call, answer: object, text: string): ExitCode => {
  terminal.out(json ? JSON.stringify(answer) : text);
  return exitCodes.confirmed;
};

export const secretLines = (secret: string | null): string[] =>
  secret === null ? [] : ['its secret, shown this once:', secret];

/** A secret is no argument: others on this machine could read it there. */
export const secretOf = ({ flags, terminal }: Call): { secret?: string } => {
  const name = flags.text('secret-env');
  if (name === undefined) return {};
  const secret = terminal.env[name];
  if (secret !== undefined && secret !== '') return { secret };
  throw new UsageError(`the variable ${name} is not set`, 'It is to hold the secret.');
};
