import type { removePolicy } from '#contracts';
import type { AnswerOf, PolicyDraft } from '#sdk';
import { parseAgent } from '../arguments/target.js';
import { UsageError } from '../arguments/usage-error.js';
import type { Call, Command } from '../command.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { change, changeFlags, mode, modeOf, org, scopeOf } from '../policy/policy-change.js';
import { nameIn, readPolicyFile } from '../policy/policy-file.js';
import { policyDetails, policyTable, restrictionLines } from '../render/policies.js';
import { spreadNote } from '../render/spread.js';
import { counted } from '../render/words.js';
import { policyDraftCommands } from './policy-drafts.commands.js';

const cursor = { value: 'CURSOR', help: 'the next page' };
const signalOf = ({ terminal }: Call) => ({ signal: terminal.signal });

const list: Command = {
  name: 'policy list',
  aliases: ['policies'],
  summary: 'the policies of the org',
  words: { min: 0, max: 0 },
  flags: { org, cursor },
  examples: ['estop policy list', 'estop policy list --json'],
  run: async (call) => {
    const { estop, terminal, json, paint, flags } = call;
    const from = flags.text('cursor');
    const query = { ...scopeOf(call), ...(from === undefined ? {} : { cursor: from }) };
    const answer = await estop.policies.list(query, signalOf(call));
    terminal.out(json ? JSON.stringify(answer) : policyTable(answer.policies, paint));
    if (!json && answer.next_cursor) terminal.err(`More: --cursor ${answer.next_cursor}`);
    return exitCodes.confirmed;
  },
};

const show: Command = {
  name: 'policy show',
  summary: 'one policy: its rules, whom it watches, whom it restricts',
  usage: 'NAME',
  words: { min: 1, max: 1 },
  flags: { org },
  examples: ['estop policy show deploy-rate', 'estop policy show deploy-rate --json'],
  run: async (call) => {
    const { estop, terminal, json, paint, words } = call;
    const answer = await estop.policies.get(words[0] as string, scopeOf(call), signalOf(call));
    terminal.out(json ? JSON.stringify(answer) : policyDetails(answer.policy, paint));
    return exitCodes.confirmed;
  },
};

const set: Command = {
  name: 'policy set',
  summary: 'set the policy in a file, as a whole',
  usage: 'FILE',
  words: { min: 1, max: 1 },
  needs: 'admin',
  details: [
    'FILE is YAML or JSON: name, target, mode, rules. Without a mode a policy only watches (shadow).',
    'A policy that may stop every agent of the org is set when its name was typed.',
  ],
  flags: { mode, ...changeFlags },
  examples: [
    'estop policy set deploy-rate.yaml --dry-run',
    'estop policy set deploy-rate.yaml --mode enforce',
  ],
  run: async (call) => {
    const path = call.words[0] as string;
    const file = await readPolicyFile(call.terminal, path);
    const asked = modeOf(call);
    const draft = { ...file.written, ...(asked && { mode: asked }) } as PolicyDraft;
    return change(call, nameIn(file, path), draft);
  },
};

const remove: Command = {
  name: 'policy remove',
  summary: 'remove a policy, and free those whom it throttles or blocks',
  usage: 'NAME',
  words: { min: 1, max: 1 },
  needs: 'admin',
  details: ['Stops that it ordered stay: lift them with estop resume.'],
  flags: { 'dry-run': { help: 'show what would come of it, and change nothing' }, org },
  examples: ['estop policy remove deploy-rate'],
  run: async (call) => {
    const { estop, terminal, json, words, flags } = call;
    const dry = flags.has('dry-run');
    const scope = { ...scopeOf(call), ...(dry && { dry_run: true }) };
    const answer = await estop.policies.remove(words[0] as string, scope, signalOf(call));
    terminal.out(json ? JSON.stringify(answer) : removedText(answer));
    return (answer.missing ?? []).length === 0 ? exitCodes.confirmed : exitCodes.notConfirmed;
  },
};

const removedText = (answer: AnswerOf<typeof removePolicy>): string => {
  const { name, changed, dry_run, freed, missing = [], effective } = answer;
  if (!changed) return `${name} was removed before.`;
  const now = freed === 1 ? 'is' : 'are';
  const [done, free] = dry_run ? ['would be removed', 'would be'] : ['is removed', now];
  const note = effective ? spreadNote({ effective, missing }) : '';
  return `${name} ${done}; ${counted(freed, 'agent')} it restricted ${free} free of it.${note}`;
};

const lift: Command = {
  name: 'policy lift',
  summary: 'free an agent that a policy throttles or blocks',
  usage: 'NAME AGENT',
  words: { min: 2, max: 2 },
  details: ['An agent that a policy stopped is let run again with estop resume.'],
  flags: {
    reason: { value: 'TEXT', help: 'why it may go on' },
    'dry-run': { help: 'show what it would be freed of, and free nobody' },
    org,
  },
  examples: ['estop policy lift pace email-campaign --reason "the import is done"'],
  run: async (call) => {
    const { estop, terminal, json, words, home, flags } = call;
    if (flags.has('dry-run')) return wouldLift(call);
    const reason = flags.text('reason');
    if (reason === undefined) throw new UsageError('why?', 'Add --reason "what was found".');
    const [name, agent] = words as [string, string];
    const body = { agent: parseAgent(agent, home), reason };
    const answer = await estop.policies.lift(name, body, scopeOf(call), signalOf(call));
    const lines = restrictionLines(answer.lifted);
    const text = answer.changed
      ? ['No longer:', ...lines].join('\n')
      : `${name} does not restrict ${answer.address}.`;
    terminal.out(json ? JSON.stringify(answer) : text + spreadNote(answer));
    return answer.missing.length === 0 ? exitCodes.confirmed : exitCodes.notConfirmed;
  },
};

const wouldLift = async (call: Call): Promise<ExitCode> => {
  const { estop, terminal, json, words, home } = call;
  const [name, agent] = words as [string, string];
  const answer = await estop.mesh.why(parseAgent(agent, home), signalOf(call));
  const { address } = answer.agent;
  const lifted = answer.restricted_by.filter(({ policy }) => policy === name);
  const text = ['It would be free of:', ...restrictionLines(lifted)].join('\n');
  const none = `${name} does not restrict ${address}.`;
  const would = { ok: true, dry_run: true, address, lifted };
  terminal.out(json ? JSON.stringify(would) : lifted.length === 0 ? none : text);
  return exitCodes.confirmed;
};

export const policyCommands: readonly Command[] = [
  list,
  show,
  set,
  remove,
  ...policyDraftCommands,
  lift,
];
