import type { AuditEntry } from '#contracts';
import type { AuditQuery } from '#sdk';
import type { Call, Command } from '../command.js';
import { exitCodes } from '../exit-codes.js';
import type { Paint } from '../render/paint.js';
import { table } from '../render/table.js';
import { reasonText, shown, when } from '../render/words.js';

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
  },
  examples: [
    'estop audit list',
    'estop audit list --agent agent://acme/production/email-campaign',
    'estop audit list --type StopOrdered --from 2026-01-31T00:00:00Z --json',
  ],
  run: async (call) => {
    const { estop, terminal, json, paint } = call;
    const answer = await estop.audit.list(queryOf(call), { signal: terminal.signal });
    terminal.out(json ? JSON.stringify(answer) : entryTable(answer.entries, paint));
    if (!json && answer.next_cursor) terminal.err(`More: --cursor ${answer.next_cursor}`);
    return exitCodes.confirmed;
  },
};

const queryOf = ({ flags }: Call): AuditQuery => {
  const entries = Object.entries(filters).map(([flag, name]) => [name, flags.text(flag)] as const);
  const given = entries.filter(([, value]) => value !== undefined);
  return { limit: flags.count('limit') ?? 50, ...Object.fromEntries(given) };
};

const entryTable = (entries: readonly AuditEntry[], paint: Paint): string =>
  table(
    ['SEQ', 'AT', 'EVENT', 'ABOUT', 'BY', 'REASON'],
    entries.map((entry) => [
      String(entry.sequence),
      when(entry.at),
      entry.type,
      shown(entry.address ?? entry.order_id ?? '-'),
      shown(`${entry.actor.kind} ${entry.actor.id}`),
      entry.reason === null ? '-' : reasonText(entry.reason),
    ]),
    paint,
  );

const rebuild: Command = {
  name: 'audit rebuild',
  summary: 'drop the read model and replay the logs into it',
  words: { min: 0, max: 0 },
  needs: 'admin',
  details: ['Traffic and stops go on meanwhile. The tables come out identical.'],
  examples: ['estop audit rebuild', 'estop audit rebuild --json'],
  run: async ({ estop, terminal, json }) => {
    const answer = await estop.audit.rebuild({ signal: terminal.signal });
    terminal.out(json ? JSON.stringify(answer) : rebuilt(answer));
    return exitCodes.confirmed;
  },
};

const rebuilt = (answer: Readonly<Record<string, unknown>>): string => {
  const facts = Object.entries(answer).filter(([name]) => name !== 'ok');
  return [
    'rebuilt',
    ...facts.map(
      ([name, value]) =>
        `  ${name}  ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`,
    ),
  ].join('\n');
};

export const auditCommands: readonly Command[] = [list, rebuild];
