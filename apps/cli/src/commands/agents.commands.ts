import { NamePart, parseDestination, partsOf, type Destination } from '#contracts';
import { parseAgent } from '../arguments/target.js';
import { UsageError } from '../arguments/usage-error.js';
import type { Call, Command } from '../command.js';
import { exitCodes } from '../exit-codes.js';
import { agentTable, summaryLine } from '../render/fleet.js';
import { spreadNote } from '../render/spread.js';
import { revokeCommand } from './agents-revoke.command.js';

const signalOf = ({ terminal }: Call) => ({ signal: terminal.signal });

const list: Command = {
  name: 'agents list',
  summary: 'the fleet: health, use, tags and stops',
  words: { min: 0, max: 0 },
  flags: {
    health: {
      value: 'STATUS',
      help: 'healthy, degraded, unreachable, killed, paused, quarantined, draining, unknown',
    },
    window: { value: 'WINDOW', help: 'use over the last day, week or month (default day)' },
    limit: { value: 'N', help: 'agents on a page (default 100)' },
    cursor: { value: 'CURSOR', help: 'the next page' },
  },
  examples: ['estop agents', 'estop agents --health killed', 'estop agents --window week --json'],
  run: async (call) => {
    const { flags, estop, terminal, json, paint } = call;
    const answer = await estop.mesh.listAgents(
      {
        limit: flags.count('limit') ?? 100,
        ...optional('health', flags.text('health')),
        ...optional('window', flags.text('window') as 'day' | undefined),
        ...optional('cursor', flags.text('cursor')),
      },
      signalOf(call),
    );
    if (json) terminal.out(JSON.stringify(answer));
    else {
      terminal.out(
        [agentTable(answer.agents, terminal.nowMs(), paint), '', summaryLine(answer.summary)].join(
          '\n',
        ),
      );
      if (answer.next_cursor) terminal.err(`More: --cursor ${answer.next_cursor}`);
    }
    return exitCodes.confirmed;
  },
};

const add: Command = {
  name: 'agents add',
  summary: 'register an agent and issue its first key',
  usage: 'AGENT',
  words: { min: 1, max: 1 },
  needs: 'admin',
  details: ['The key is shown once. It goes into the agent, which needs nothing else.'],
  flags: {
    description: { value: 'TEXT', help: 'what the agent is for' },
    tag: {
      value: 'TAG',
      many: true,
      help: 'a tag, to stop it together with others; may be repeated',
    },
    'no-key': { help: 'issue no key now' },
  },
  examples: [
    'estop agents add agent://acme/production/billing',
    'estop agents add billing --tag finance',
  ],
  run: async (call) => {
    const { flags, estop, terminal, json, home } = call;
    const place = placeOf(parseAgent(call.words[0] as string, home));
    const body = {
      org_id: place.org,
      workspace_id: place.workspace,
      name: place.name,
      ...optional('description', flags.text('description')),
    };
    const { service_account: account } = await estop.serviceAccounts.create(body, signalOf(call));
    const tags = flags.all('tag');
    if (tags.length > 0)
      await estop.mesh.updateAgent(account.agent_address, { tags: [...tags] }, signalOf(call));
    const key = flags.has('no-key')
      ? null
      : (await estop.serviceAccounts.createKey(account.service_account_id, {}, signalOf(call))).key;
    if (json) terminal.out(JSON.stringify({ ok: true, service_account: account, key }));
    else {
      terminal.out(`registered ${account.agent_address} (${account.service_account_id})`);
      if (key) terminal.out(`key ${key.key_id}, shown this once:\n${key.token}`);
    }
    return exitCodes.confirmed;
  },
};

const tag: Command = {
  name: 'agents tag',
  summary: 'set the tags of an agent (all of them; none clears)',
  usage: 'AGENT [TAG …]',
  words: { min: 1, max: 33 },
  needs: 'admin',
  details: [
    'A tag by which a stop holds the agent cannot be taken away before that stop is lifted.',
  ],
  examples: ['estop agents tag billing finance critical', 'estop agents tag billing'],
  run: async (call) => {
    const [typed = '', ...tags] = call.words;
    for (const name of tags)
      if (!NamePart.safeParse(name).success)
        throw new UsageError(`not a tag: ${name}`, 'Tags are 1-63 of a-z, 0-9, "-" and "_".');
    const answer = await call.estop.mesh.updateAgent(
      parseAgent(typed, call.home),
      { tags },
      signalOf(call),
    );
    call.terminal.out(
      call.json
        ? JSON.stringify(answer)
        : `${answer.agent.address}: ${tags.join(', ') || 'no tags'}${spreadNote(answer)}`,
    );
    return exitCodes.confirmed;
  },
};

const placeOf = (agent: string) => {
  if (parseDestination(agent)) return partsOf(agent as Destination);
  throw new UsageError(
    `a full address is needed, but this is ${agent}`,
    'Write agent://org/workspace/name.',
  );
};

const optional = <K extends string, V>(name: K, value: V | undefined): Partial<Record<K, V>> =>
  value === undefined ? {} : ({ [name]: value } as Record<K, V>);

export const agentCommands: readonly Command[] = [list, add, tag, revokeCommand];
