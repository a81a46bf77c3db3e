import { SessionId, SessionStatus, type SessionView } from '#contracts';
import { UsageError } from '../arguments/usage-error.js';
import type { Call, Command } from '../command.js';
import { exitCodes } from '../exit-codes.js';
import type { Paint } from '../render/paint.js';
import { spreadNote } from '../render/spread.js';
import { table } from '../render/table.js';
import { reasonText, shown, when } from '../render/words.js';

const signalOf = ({ terminal }: Call) => ({ signal: terminal.signal });

const idOf = (text: string | undefined): string => {
  const id = SessionId.safeParse(text);
  if (id.success) return id.data;
  throw new UsageError(`not the id of a session: ${text}`, 'It is the UUID in "estop sessions".');
};

const statusOf = (text: string): SessionStatus => {
  const status = SessionStatus.safeParse(text.toUpperCase());
  if (status.success) return status.data;
  throw new UsageError(
    `--status is not one: ${text}`,
    `It is one of ${SessionStatus.options.join(', ')}.`,
  );
};

const sessionTable = (sessions: readonly SessionView[], paint: Paint): string =>
  table(
    ['SESSION', 'STATUS', 'OWNER', 'TYPE', 'BEGAN', 'EXPIRES'],
    sessions.map((one) => [
      one.session_id,
      one.status === 'TERMINATED' ? { text: one.status, paint: paint.red } : one.status,
      shown(one.owner_agent),
      shown(one.type ?? '-'),
      when(one.created_at),
      when(one.expires_at),
    ]),
    paint,
  );

const list: Command = {
  name: 'sessions list',
  summary: 'sessions, newest first: whose they are and how they stand',
  words: { min: 0, max: 0 },
  flags: {
    status: { value: 'STATUS', help: 'active, completed, terminated or expired' },
    parent: { value: 'SESSION', help: 'those below this one' },
    limit: { value: 'N', help: 'sessions on a page (default 100)' },
    cursor: { value: 'CURSOR', help: 'the next page' },
  },
  examples: ['estop sessions', 'estop sessions --status active --json'],
  run: async (call) => {
    const { flags, estop, terminal, json, paint } = call;
    const status = flags.text('status');
    const parent = flags.text('parent');
    const cursor = flags.text('cursor');
    const query = {
      limit: flags.count('limit') ?? 100,
      ...(status !== undefined && { status: statusOf(status) }),
      ...(parent !== undefined && { parent_session_id: idOf(parent) }),
      ...(cursor !== undefined && { cursor }),
    };
    const answer = await estop.sessions.list(query, signalOf(call));
    terminal.out(json ? JSON.stringify(answer) : sessionTable(answer.sessions, paint));
    if (!json && answer.next_cursor) terminal.err(`More: --cursor ${answer.next_cursor}`);
    return exitCodes.confirmed;
  },
};

const limitText = ({ limits }: SessionView): string =>
  [
    `${limits.max_duration} s`,
    limits.max_actions === null ? null : `${limits.max_actions} actions`,
    limits.max_cost === null ? null : `${limits.max_cost} usd`,
  ]
    .filter((one) => one !== null)
    .join(', ');

const show: Command = {
  name: 'sessions show',
  summary: 'one session: its limits, its state and the last of its feed',
  usage: 'SESSION',
  words: { min: 1, max: 1 },
  flags: { since: { value: 'N', help: 'the feed after this number (default 0)' } },
  examples: ['estop sessions show 018f4e2a-0000-7000-8000-0000000000aa'],
  run: async (call) => {
    const { words, flags, estop, terminal, json, paint } = call;
    const id = idOf(words[0]);
    const { session } = await estop.sessions.get(id, signalOf(call));
    const since = flags.count('since') ?? 0;
    const { feed } = await estop.sessions.feed(id, { since }, signalOf(call));
    if (json) terminal.out(JSON.stringify({ ok: true, session, feed }));
    else {
      terminal.out(sessionTable([session], paint));
      terminal.out(`limits: ${limitText(session)}`);
      if (session.reason !== null) terminal.out(`reason: ${reasonText(session.reason)}`);
      for (const line of feed)
        terminal.out(`${line.seq ?? '-'}  ${when(line.at)}  ${line.event_type} ${line.status}`);
    }
    return exitCodes.confirmed;
  },
};

const kill: Command = {
  name: 'sessions kill',
  summary: 'end a session, and all below it: every gateway refuses who names them',
  usage: 'SESSION',
  words: { min: 1, max: 1 },
  flags: {
    reason: { value: 'TEXT', help: 'why' },
    'dry-run': { help: 'show what it would end, and end nothing' },
  },
  examples: [
    'estop sessions kill 018f4e2a-0000-7000-8000-0000000000aa --reason "wrong account"',
    'estop sessions kill 018f4e2a-0000-7000-8000-0000000000aa --dry-run',
  ],
  run: async (call) => {
    const { words, flags, estop, terminal, json, paint } = call;
    const id = idOf(words[0]);
    if (flags.has('dry-run')) {
      const { session } = await estop.sessions.get(id, signalOf(call));
      const query = { parent_session_id: id, status: 'ACTIVE' as const };
      const below = (await estop.sessions.list(query, signalOf(call))).sessions;
      const would = { ok: true, dry_run: true, session, children: below };
      terminal.out(json ? JSON.stringify(would) : sessionTable([session, ...below], paint));
      return exitCodes.confirmed;
    }
    const body = { reason: flags.text('reason') ?? null };
    const answer = await estop.sessions.kill(id, body, signalOf(call));
    const { effective, changed } = answer;
    const told = changed ? 'killed' : 'was killed before:';
    terminal.out(
      json
        ? JSON.stringify(answer)
        : `${told} ${id}, in force at ${effective.acked} of ${effective.of} gateways${spreadNote(answer)}`,
    );
    return answer.missing.length === 0 ? exitCodes.confirmed : exitCodes.notConfirmed;
  },
};

export const sessionCommands: readonly Command[] = [list, show, kill];
