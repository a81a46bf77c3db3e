import { KeyId, Role, type KeyEntry } from '#contracts';
import { parseSeconds } from '../arguments/duration.js';
import { parseAgent } from '../arguments/target.js';
import { UsageError } from '../arguments/usage-error.js';
import type { Call, Command } from '../command.js';
import { exitCodes } from '../exit-codes.js';
import type { Paint } from '../render/paint.js';
import { spreadNote } from '../render/spread.js';
import { table } from '../render/table.js';
import { shown, when } from '../render/words.js';

const list: Command = {
  name: 'keys list',
  summary: 'the keys of the org, without their secrets',
  words: { min: 0, max: 0 },
  flags: {
    org: { value: 'ORG', help: 'another org, for the people who run the mesh' },
    cursor: { value: 'CURSOR', help: 'the next page' },
  },
  examples: ['estop keys', 'estop keys --json'],
  run: async ({ estop, flags, terminal, json, paint }) => {
    const org = flags.text('org');
    const cursor = flags.text('cursor');
    const query = {
      ...(org === undefined ? {} : { org_id: org }),
      ...(cursor === undefined ? {} : { cursor }),
    };
    const answer = await estop.keys.list(query, { signal: terminal.signal });
    terminal.out(json ? JSON.stringify(answer) : keyTable(answer.keys, paint));
    if (!json && answer.next_cursor) terminal.err(`More: --cursor ${answer.next_cursor}`);
    return exitCodes.confirmed;
  },
};

const keyTable = (keys: readonly KeyEntry[], paint: Paint): string =>
  table(
    ['KEY', 'HOLDER', 'ROLES', 'WHERE', 'STATUS', 'HINT', 'CREATED', 'EXPIRES'],
    keys.map((key) => [
      key.key_id,
      shown(key.agent_address ?? key.name),
      key.kind === 'sa' ? 'agent' : key.roles.join(','),
      key.mesh_wide ? 'mesh' : [key.org_id, key.workspace_id].filter(Boolean).join('/'),
      key.status === 'active' ? key.status : { text: key.status, paint: paint.red },
      key.key_hint,
      when(key.created_at),
      when(key.expires_at),
    ]),
    paint,
  );

const create: Command = {
  name: 'keys create',
  summary: 'issue a key to a person, a service or an agent',
  usage: 'NAME | AGENT',
  words: { min: 1, max: 1 },
  needs: 'admin',
  details: [
    'The key is shown once. With --role it is an operator key; for an agent:// address it is a further key of that agent.',
  ],
  flags: {
    role: { value: 'ROLE', many: true, help: `${Role.options.join(', ')}; may be repeated` },
    org: { value: 'ORG', help: 'the org (default: your own)' },
    workspace: { value: 'WORKSPACE', help: 'hold the roles in this workspace alone' },
    'expires-in': { value: 'TIME', help: 'when it stops working, for example 30d' },
  },
  examples: [
    'estop keys create "Ada on call" --role operator',
    'estop keys create grafana --role viewer --workspace production',
    'estop keys create agent://acme/production/billing',
  ],
  run: async (call) => {
    const named = call.words[0] as string;
    const { key } = named.startsWith('agent://')
      ? await forAgent(call, named)
      : await forOperator(call, named);
    call.terminal.out(
      call.json
        ? JSON.stringify({ ok: true, key })
        : `key ${key.key_id}, shown this once:\n${key.token}`,
    );
    return exitCodes.confirmed;
  },
};

const expiry = ({ flags, terminal }: Call) => {
  const given = flags.text('expires-in');
  if (given === undefined) return {};
  return {
    expires_at: new Date(terminal.nowMs() + parseSeconds(given, 'expires-in') * 1000).toISOString(),
  };
};

const forAgent = async (call: Call, named: string) => {
  const { estop, home, terminal } = call;
  const options = { signal: terminal.signal };
  const { agent } = await estop.agents.get(parseAgent(named, home), options);
  return estop.serviceAccounts.createKey(agent.service_account_id, expiry(call), options);
};

const forOperator = async (call: Call, name: string) => {
  const { flags, home, estop, terminal } = call;
  const org = flags.text('org') ?? home.org;
  if (org === null || org === undefined)
    throw new UsageError('the org is not known here', 'Add --org NAME, or set ESTOP_ORG.');
  const workspace = flags.text('workspace');
  const body = {
    org_id: org,
    name,
    roles: rolesOf(flags.all('role')),
    ...(workspace === undefined ? {} : { workspace_id: workspace }),
    ...expiry(call),
  };
  return estop.keys.create(body, { signal: terminal.signal });
};

const rolesOf = (given: readonly string[]): Role[] => {
  if (given.length === 0)
    throw new UsageError('a key needs a role', `Add --role, one of ${Role.options.join(', ')}.`);
  return given.map((text) => {
    const role = Role.safeParse(text);
    if (role.success) return role.data;
    throw new UsageError(`--role is not one: ${text}`, `It is one of ${Role.options.join(', ')}.`);
  });
};

const revoke: Command = {
  name: 'keys revoke',
  summary: 'refuse a key at every gateway from now on, for good',
  usage: 'KEY',
  words: { min: 1, max: 1 },
  needs: 'admin',
  flags: { reason: { value: 'TEXT', help: 'why' } },
  examples: ['estop keys revoke 0123456789abcdef --reason "left the team"'],
  run: async ({ words, estop, flags, terminal, json }) => {
    const id = words[0] as string;
    if (!KeyId.safeParse(id).success)
      throw new UsageError(
        `not the id of a key: ${id}`,
        'It is the 16 characters in "estop keys", not the key itself.',
      );
    const answer = await estop.keys.revoke(id, flags.text('reason') ?? null, {
      signal: terminal.signal,
    });
    terminal.out(
      json ? JSON.stringify(answer) : `revoked ${answer.key.key_id}${spreadNote(answer)}`,
    );
    return answer.missing.length === 0 ? exitCodes.confirmed : exitCodes.notConfirmed;
  },
};

export const keyCommands: readonly Command[] = [list, create, revoke];
