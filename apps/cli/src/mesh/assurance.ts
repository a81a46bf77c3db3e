import { UsageError } from '../arguments/usage-error.js';
import type { Call } from '../command.js';

export interface Question {
  /** The name to be typed. */
  readonly name: string;
  /** What will be done, as the end of "this will …". */
  readonly act: string;
}

/**
 * Asks for the name of a namespace or org to be typed before it is stopped or let run. `--yes` answers beforehand;
 * without a terminal nobody is asked.
 *
 * @throws UsageError when it was not confirmed.
 */
export const assure = async (call: Call, { name, act }: Question): Promise<void> => {
  if (call.flags.has('yes')) return;
  if (!call.terminal.interactive) {
    throw new UsageError(
      `this would ${act}, and there is no terminal to ask on`,
      'Look with --dry-run first; then add --yes.',
    );
  }
  call.terminal.err(call.paint.yellow(`This will ${act}.`));
  const answer = await call.terminal.ask(`Type ${name} to go on: `);
  if (answer.trim() !== name) throw new UsageError('not confirmed, so nothing was done');
};
