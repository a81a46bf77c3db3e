import { KeyId, NamePart, type BudgetPeriod } from '#contracts';
import { parseCap } from '../arguments/cap.js';
import { parseSeconds } from '../arguments/duration.js';
import { parseAgent } from '../arguments/target.js';
import { UsageError } from '../arguments/usage-error.js';
import type { Call, Command } from '../command.js';
import { exitCodes } from '../exit-codes.js';
import { spreadNote } from '../render/spread.js';
import { table } from '../render/table.js';
import { when } from '../render/words.js';

const signalOf = ({ terminal }: Call) => ({ signal: terminal.signal });

const bodyOf = (call: Call) => {
  const { flags, words, home } = call;
  const cap = flags.text('cap');
  const tags = flags.all('tag');
  const wrong = tags.find((tag) => !NamePart.safeParse(tag).success);
  if (wrong !== undefined)
    throw new UsageError(`not a tag: ${wrong}`, 'Tags are 1-63 of a-z, 0-9, "-" and "_".');
  const parent = flags.text('parent');
  const optional = {
    description: flags.text('description'),
    display_name: flags.text('display-name'),
    parent: parent === undefined ? undefined : parseAgent(parent, home),
    budget: cap === undefined ? undefined : parseCap(cap, 'cap'),
    expires_at: expiryOf(call),
  };
  const given = Object.entries(optional).filter(([, value]) => value !== undefined);
  return {
    address: parseAgent(words[0] as string, home),
    ...(tags.length > 0 && { tags: [...tags] }),
    ...(Object.fromEntries(given) as Partial<{
      [K in keyof typeof optional]: NonNullable<(typeof optional)[K]>;
    }>),
  };
};

const expiryOf = ({ flags, terminal }: Call): string | undefined => {
  const given = flags.text('expires-in');
  if (given === undefined) return undefined;
  return new Date(terminal.nowMs() + parseSeconds(given, 'expires-in') * 1000).toISOString();
};

const capText = (budget: { cap: string; currency: string; per: BudgetPeriod } | null): string =>
  budget === null
    ? 'no cap'
    : `at most ${budget.cap} ${budget.currency} ${budget.per === 'total' ? 'in total' : `per ${budget.per}`}`;

const create: Command = {
  name: 'agents create',
  summary: 'an agent with its identity, key, tags and cap: all of it, or nothing',
  usage: 'AGENT',
  words: { min: 1, max: 1 },
  needs: 'admin',
  details: ['The key is shown once. It goes into the agent, which needs nothing else.'],
  flags: {
    cap: { value: 'CAP', help: 'what it may spend: 50usd, or 50usd/hour, /day, /month' },
    tag: { value: 'TAG', many: true, help: 'to stop it together with others; may be repeated' },
    parent: { value: 'AGENT', help: 'on whose behalf: revoked together with it' },
    description: { value: 'TEXT', help: 'what the agent is for' },
    'display-name': { value: 'TEXT', help: 'its name for people' },
    'expires-in': { value: 'TIME', help: 'when its key stops working, for example 30d' },
    'dry-run': { help: 'show what would be made, and make nothing' },
  },
  examples: [
    'estop agents create billing --cap 50usd/day --tag finance',
    'estop agents create agent://acme/production/worker --parent orchestrator --cap 5usd',
  ],
  run: async (call) => {
    const { flags, estop, terminal, json } = call;
    const body = bodyOf(call);
    if (flags.has('dry-run')) {
      const would = { ok: true, dry_run: true, ...body };
      const cap = capText(body.budget ?? null);
      terminal.out(json ? JSON.stringify(would) : `would create ${body.address}, ${cap}`);
      return exitCodes.confirmed;
    }
    const answer = await estop.mesh.createAgent(body, signalOf(call));
    const { agent, key, budget } = answer;
    if (json) terminal.out(JSON.stringify(answer));
    else {
      terminal.out(`created ${agent.address}, ${capText(budget)}${spreadNote(answer)}`);
      terminal.out(`key ${key.key_id}, shown this once:\n${key.token}`);
    }
    return exitCodes.confirmed;
  },
};

/** The key that is meant where none is named: the only one that works. */
const keyToRotate = async (call: Call, account: string): Promise<string> => {
  const named = call.words[1];
  if (named !== undefined) {
    if (KeyId.safeParse(named).success) return named;
    throw new UsageError(
      `not the id of a key: ${named}`,
      'It is the 16 characters in "estop keys", not the key itself.',
    );
  }
  const { service_account: shown } = await call.estop.serviceAccounts.get(account, signalOf(call));
  const [only, ...more] = shown.keys.filter(({ status }) => status === 'active');
  if (only !== undefined && more.length === 0) return only.key_id;
  throw new UsageError(
    `${shown.agent_address} has ${only === undefined ? 'no' : more.length + 1} keys that work`,
    only === undefined
      ? 'Issue one with "estop keys create".'
      : 'Name one of them after the agent.',
  );
};

const rotate: Command = {
  name: 'agents rotate-key',
  summary: 'issue a key in place of another one, which works on for a while',
  usage: 'AGENT [KEY]',
  words: { min: 1, max: 2 },
  needs: 'admin',
  details: [
    'Without KEY the agent must have one key that works. The new key is shown once.',
    'Not to be mixed up with "estop keys rotate", which renews the signing keys of the mesh.',
  ],
  flags: {
    overlap: { value: 'TIME', help: 'how long the old key works on (default 1h; 0s: not at all)' },
    'expires-in': { value: 'TIME', help: 'when the new key stops working' },
    'dry-run': { help: 'show which key would be replaced, and replace none' },
  },
  examples: ['estop agents rotate-key billing', 'estop agents rotate-key billing --overlap 10m'],
  run: async (call) => {
    const { flags, estop, terminal, json, home } = call;
    const { agent } = await estop.agents.get(
      parseAgent(call.words[0] as string, home),
      signalOf(call),
    );
    const account = agent.service_account_id;
    const keyId = await keyToRotate(call, account);
    if (flags.has('dry-run')) {
      const would = { ok: true, dry_run: true, address: agent.address, key_id: keyId };
      terminal.out(json ? JSON.stringify(would) : `would replace ${keyId} of ${agent.address}`);
      return exitCodes.confirmed;
    }
    const overlap = flags.text('overlap');
    const expires_at = expiryOf(call);
    const body = {
      ...(overlap !== undefined && { overlap_seconds: overlapOf(overlap) }),
      ...(expires_at !== undefined && { expires_at }),
    };
    const answer = await estop.serviceAccounts.rotateKey(account, keyId, body, signalOf(call));
    const { key, retired } = answer;
    if (json) terminal.out(JSON.stringify(answer));
    else {
      terminal.out(`${keyId} works until ${when(retired.expires_at)}${spreadNote(answer)}`);
      terminal.out(`key ${key.key_id}, shown this once:\n${key.token}`);
    }
    return answer.missing.length === 0 ? exitCodes.confirmed : exitCodes.notConfirmed;
  },
};

const overlapOf = (text: string): number =>
  /^0+[smhd]?$/.test(text) ? 0 : parseSeconds(text, 'overlap');

const usage: Command = {
  name: 'agents usage',
  summary: 'what an agent did and spent, by hour or day',
  usage: 'AGENT',
  words: { min: 1, max: 1 },
  flags: {
    step: { value: 'STEP', help: 'hour or day (default hour)' },
    from: { value: 'TIME', help: 'the beginning, as 2026-01-31T00:00:00Z (default a day ago)' },
    to: { value: 'TIME', help: 'the end (default now)' },
  },
  examples: ['estop agents usage billing', 'estop agents usage billing --step day --json'],
  run: async (call) => {
    const { flags, estop, terminal, json, paint, home } = call;
    const entries = ['step', 'from', 'to'].map((name) => [name, flags.text(name)] as const);
    const query = Object.fromEntries(entries.filter(([, value]) => value !== undefined));
    const agent = parseAgent(call.words[0] as string, home);
    const answer = await estop.mesh.usage(agent, query, signalOf(call));
    if (json) terminal.out(JSON.stringify(answer));
    else {
      const row = (at: string, one: typeof answer.total): string[] => [
        at,
        String(one.intents_total),
        String(one.intents_failed),
        one.cost_usd.toFixed(2),
        String(one.tokens_in + one.tokens_out),
      ];
      const rows = answer.usage.map((step) => row(when(step.at), step));
      const heads = ['FROM', 'INTENTS', 'FAILED', 'USD', 'TOKENS'];
      terminal.out(table(heads, [...rows, row('total', answer.total)], paint));
    }
    return exitCodes.confirmed;
  },
};

export const agentCredentialCommands: readonly Command[] = [create, rotate, usage];
