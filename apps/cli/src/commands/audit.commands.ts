import type { AnswerOf, AuditQuery } from '#sdk';
import type { listAudit, RefusalsOfGateway } from '#contracts';
import type { Call, Command } from '../command.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { entryTable, rebuildReport } from '../render/audit.js';
import { shown } from '../render/words.js';

/** Flag, and the name that the API has for it. */
const filters = {
  type: 'type',
  agent: 'address',
  order: 'order_id',
  actor: 'actor_id',
  from: 'from',
  to: 'to',
  cursor: 'cursor',
} as const;

const list: Command = {
  name: 'audit list',
  summary: 'who did what, when and why, newest first',
  words: { min: 0, max: 0 },
  flags: {
    type: { value: 'TYPE', help: 'one kind of event, for example StopOrdered' },
    agent: { value: 'ADDRESS', help: 'about this agent' },
    order: { value: 'ORDER', help: 'about this stop order' },
    actor: { value: 'ID', help: 'by this key or agent' },
    from: { value: 'TIME', help: 'not before, RFC 3339: 2026-01-31T03:00:00Z' },
    to: { value: 'TIME', help: 'not after' },
    limit: { value: 'N', help: 'entries on a page (default 50)' },
    cursor: { value: 'CURSOR', help: 'the next page' },
    refusals: { help: 'also every single refusal, a quarter of a second each' },
  },
  details: ['With --order, what each gateway refused for the order is added up in one line.'],
  examples: [
    'estop audit list',
    'estop audit list --order stop_abcdefghijklmnopqrst',
    'estop audit list --agent agent://acme/production/email-campaign',
    'estop audit list --type StopOrdered --from 2026-01-31T00:00:00Z --json',
  ],
  run: async (call) => {
    const { estop, terminal, json, paint } = call;
    const answer = await estop.audit.list(queryOf(call), { signal: terminal.signal });
    terminal.out(
      json ? JSON.stringify(answer) : entryTable(answer.entries, summedUp(call, answer), paint),
    );
    if (!json && answer.next_cursor) terminal.err(`More: --cursor ${answer.next_cursor}`);
    return exitCodes.confirmed;
  },
};

/** On the first page alone, and not beside the refusals that it sums up. */
const summedUp = (
  { flags }: Call,
  { refusals = [] }: AnswerOf<typeof listAudit>,
): readonly RefusalsOfGateway[] =>
  flags.has('refusals') || flags.text('cursor') !== undefined ? [] : refusals;

const queryOf = ({ flags }: Call): AuditQuery => {
  const entries = Object.entries(filters).map(([flag, name]) => [name, flags.text(flag)] as const);
  const given = entries.filter(([, value]) => value !== undefined);
  return {
    limit: flags.count('limit') ?? 50,
    ...Object.fromEntries(given),
    ...(flags.has('refusals') && { include: 'refusals' as const }),
  };
};

const rebuild: Command = {
  name: 'audit rebuild',
  summary: 'replay the logs into a new read model, and compare',
  words: { min: 0, max: 0 },
  needs: 'admin',
  details: [
    'Traffic and stops go on meanwhile. The tables come out as they were; where they do not, it is said.',
  ],
  flags: {
    'accept-loss': { help: 'go on though a log has forgotten its beginning' },
  },
  examples: ['estop audit rebuild', 'estop audit rebuild --json'],
  run: async (call) => {
    const { estop, terminal, json, paint, flags } = call;
    const body = { accept_loss: flags.has('accept-loss') };
    const answer = await estop.audit.rebuild(body, { signal: terminal.signal });
    if (answer.rebuilding) return waitForRebuild(call);
    terminal.out(json ? JSON.stringify(answer) : rebuildReport(answer, paint));
    return exitCodes.confirmed;
  },
};

const POLL_MS = 1000;

/** A long log: ask until it is done. Its comparison stands in the projector's log. */
const waitForRebuild = async ({ estop, terminal, json }: Call): Promise<ExitCode> => {
  const options = { signal: terminal.signal };
  if (!json) terminal.err('Rebuilding; Ctrl+C leaves it running.');
  for (;;) {
    await terminal.sleep(POLL_MS, terminal.signal);
    const status = await estop.audit.projection(options);
    if (status.rebuilding) continue;
    const stopped = status.streams.filter(({ state }) => state === 'stopped');
    if (json) terminal.out(JSON.stringify(status));
    else
      terminal.out(
        stopped.length === 0
          ? 'rebuilt'
          : stopped
              .map(({ stream, problem }) => `${stream}: ${shown(problem ?? 'stopped')}`)
              .join('\n'),
      );
    return stopped.length === 0 ? exitCodes.confirmed : exitCodes.failed;
  }
};

export const auditCommands: readonly Command[] = [list, rebuild];
