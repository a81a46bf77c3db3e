import { GatewayId, NodeId, type rotateKeys } from '#contracts';
import type { AnswerOf } from '#sdk';
import { UsageError } from '../arguments/usage-error.js';
import type { Call, Command } from '../command.js';
import { exitCodes } from '../exit-codes.js';
import type { Paint } from '../render/paint.js';
import { table } from '../render/table.js';
import { shown } from '../render/words.js';

/** The keys that receipts and orders are signed with; not those that people and agents come with. */
export const rotateCommand: Command = {
  name: 'keys rotate',
  summary: 'let gateways and control nodes sign with new keys, without a gap',
  words: { min: 0, max: 0 },
  needs: 'admin',
  details: [
    'These are the keys that receipts, orders and answers are signed with. The new public key is in the log before it is used,',
    'and what was signed before stays good. Without a flag every gateway and node changes its key.',
  ],
  flags: {
    gateway: { value: 'ID', help: 'this gateway alone' },
    node: { value: 'ID', help: 'this control node alone; see "estop doctor"' },
  },
  examples: ['estop keys rotate', 'estop keys rotate --gateway us-east-1'],
  run: async (call) => {
    const { estop, terminal, json, paint } = call;
    const answer = await estop.mesh.rotateKeys(whose(call), { signal: terminal.signal });
    terminal.out(json ? JSON.stringify(answer) : report(answer, paint));
    return answer.failed.length === 0 ? exitCodes.confirmed : exitCodes.failed;
  },
};

const whose = ({ flags }: Call): { gateway?: GatewayId; node?: NodeId } => {
  const [gateway, node] = [flags.text('gateway'), flags.text('node')];
  if (gateway !== undefined && node !== undefined)
    throw new UsageError('a gateway or a node, not both', 'Without either, all keys are changed.');
  if (gateway !== undefined) return { gateway: named(GatewayId, gateway) };
  return node === undefined ? {} : { node: named(NodeId, node) };
};

const named = <T>(id: { safeParse(text: string): { data?: T } }, text: string): T => {
  const { data } = id.safeParse(text);
  if (data !== undefined) return data;
  throw new UsageError(`not an id: ${text}`, 'See "estop doctor" for gateways and nodes.');
};

const report = ({ rotated, failed }: AnswerOf<typeof rotateKeys>, paint: Paint): string =>
  [
    rotated.length === 0
      ? paint.yellow('No key was changed.')
      : table(
          ['WHO', 'ID', 'OLD KEY', 'NEW KEY'],
          rotated.map((one) => [one.kind, one.id, one.old_key_id ?? '-', one.key_id]),
          paint,
        ),
    ...failed.map(({ kind, id, problem }) =>
      paint.red(`The ${kind} ${id} signs with its old key still: ${shown(problem)}`),
    ),
  ].join('\n');
