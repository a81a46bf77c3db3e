import { UsageError } from '../arguments/usage-error.js';
import type { Call, Command } from '../command.js';
import { exitCodes } from '../exit-codes.js';
import { assure } from '../mesh/assurance.js';
import { quoted, shown, when } from '../render/words.js';

const needed = ({ flags }: Call, name: string, help: string): string => {
  const given = flags.text(name)?.trim();
  if (given) return given;
  throw new UsageError(`--${name} is needed`, `Add --${name}: ${help}.`);
};

const restored: Command = {
  name: 'log restored',
  summary: 'say that the control log was restored on purpose; a second person confirms',
  words: { min: 0, max: 0 },
  needs: 'admin',
  details: [
    'After a restore the gateways see a log that is not the one they had pinned: they stay closed, keep their stops and raise',
    'an alarm that names both incarnations. Once two people have said the same, they pin the new one and hand their stops on.',
  ],
  flags: {
    old: { value: 'INCARNATION', help: 'of the log that the gateways had pinned' },
    new: { value: 'INCARNATION', help: 'of the log as it is now' },
    reason: { value: 'TEXT', help: 'what was restored, and from when' },
    yes: { help: 'do not ask before' },
  },
  examples: [
    'estop log restored --old 0f3c9a7e5b1d4c28 --new 7d1e4b9c2a6f8035 --reason "hub disk replaced"',
  ],
  run: async (call) => {
    const { estop, terminal, json, paint } = call;
    const old = needed(call, 'old', 'the incarnation that the alarm names as pinned');
    const incarnation = needed(call, 'new', 'the incarnation that the alarm names as read');
    const reason = needed(call, 'reason', 'what was restored, and from when');
    await assure(call, {
      name: incarnation,
      act: 'let every gateway take this log for the true one',
    });
    const body = { old, new: incarnation, reason };
    const answer = await estop.mesh.logRestored(body, { signal: terminal.signal });
    const isDone = answer.state === 'restored';
    const by = shown(answer.requested_by.name ?? answer.requested_by.id);
    if (json) terminal.out(JSON.stringify(answer));
    else if (isDone) terminal.out(paint.green('RESTORED  gateways pin the new log now'));
    else
      terminal.out(
        [
          paint.yellow('NEEDS A SECOND PERSON  gateways stay closed until another one confirms'),
          `  asked by ${by}, ${when(answer.requested_at)}`,
          '  The second person, with a key of their own, types:',
          `    estop log restored --old ${quoted(old)} --new ${quoted(incarnation)} --reason "…"`,
        ].join('\n'),
      );
    return isDone ? exitCodes.confirmed : exitCodes.notConfirmed;
  },
};

export const logCommands: readonly Command[] = [restored];
