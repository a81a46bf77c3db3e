import type { MeshAgent } from '#contracts';
import { parseAgent } from '../arguments/target.js';
import type { Call, Command } from '../command.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { spreadNote } from '../render/spread.js';

const PAGE = 1000;
const signalOf = ({ terminal }: Call) => ({ signal: terminal.signal });

export const revokeCommand: Command = {
  name: 'agents revoke',
  summary: 'refuse every key of an agent and of all below it, everywhere, for good',
  usage: 'AGENT',
  words: { min: 1, max: 1 },
  needs: 'admin',
  flags: {
    reason: { value: 'TEXT', help: 'why' },
    'dry-run': { help: 'show who would be revoked, and revoke nobody' },
  },
  examples: [
    'estop agents revoke agent://acme/production/billing --dry-run',
    'estop agents revoke agent://acme/production/billing --reason "key leaked"',
  ],
  run: async (call) => {
    const { estop, terminal, flags, json, home, words } = call;
    const agent = parseAgent(words[0] as string, home);
    if (flags.has('dry-run')) return wouldRevoke(call, agent);
    const body = { reason: flags.text('reason') ?? null };
    const answer = await estop.mesh.revoke(agent, body, signalOf(call));
    terminal.out(json ? JSON.stringify(answer) : revokedText(answer));
    return answer.missing.length === 0 ? exitCodes.confirmed : exitCodes.notConfirmed;
  },
};

const wouldRevoke = async (call: Call, named: string): Promise<ExitCode> => {
  const { estop, terminal, json } = call;
  const { agent } = await estop.mesh.getAgent(named, signalOf(call));
  const all = [agent.address, ...below(agent.address, await fleet(call))];
  const would = { ok: true, dry_run: true, revoked: all };
  const text = ['would revoke for good, with all their keys:', ...all.map((one) => `  ${one}`)];
  terminal.out(json ? JSON.stringify(would) : text.join('\n'));
  return exitCodes.confirmed;
};

const fleet = async (call: Call): Promise<MeshAgent[]> => {
  const found: MeshAgent[] = [];
  let cursor: string | null = null;
  do {
    const query = { limit: PAGE, ...(cursor !== null && { cursor }) };
    const page: { agents: MeshAgent[]; next_cursor: string | null } =
      await call.estop.mesh.listAgents(query, signalOf(call));
    found.push(...page.agents);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return found;
};

/** Who was registered on its behalf, and on theirs. */
const below = (address: string, all: readonly MeshAgent[]): string[] => {
  const children = all.filter(({ parent, revoked }) => parent === address && !revoked);
  return children.flatMap((child) => [child.address, ...below(child.address, all)]);
};

const revokedText = (answer: Awaited<ReturnType<Call['estop']['mesh']['revoke']>>): string => {
  const { agent, revoked_total: total, contained } = answer;
  const registered = total > 1 ? `, and of ${total - 1} registered on its behalf` : '';
  const proof = contained ? ', proven at every gateway' : '';
  return `revoked every key of ${agent.address}${registered}${proof}${spreadNote(answer)}`;
};
