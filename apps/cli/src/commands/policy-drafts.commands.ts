import type { PolicyDraft } from '#sdk';
import { PolicyPreset } from '#contracts';
import { parseDuration } from '../arguments/duration.js';
import { UsageError } from '../arguments/usage-error.js';
import type { Call, Command } from '../command.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { change, changeFlags, mode, modeOf, org, scopeOf } from '../policy/policy-change.js';
import { readPolicyFile } from '../policy/policy-file.js';
import { targetTyped } from '../policy/policy-target.js';
import { backtestText } from '../render/backtest.js';
import { findingLines } from '../render/policies.js';
import { table } from '../render/table.js';

const signalOf = ({ terminal }: Call) => ({ signal: terminal.signal });

const lint: Command = {
  name: 'policy lint',
  summary: 'everything that is wrong with a policy, or doubtful; sets nothing',
  usage: 'FILE',
  words: { min: 1, max: 1 },
  flags: { org },
  examples: ['estop policy lint deploy-rate.yaml'],
  run: async (call) => {
    const { estop, terminal, json, paint } = call;
    const file = await readPolicyFile(terminal, call.words[0] as string);
    const answer = await estop.policies.lint(file.written, scopeOf(call), signalOf(call));
    const lines = findingLines(answer.findings, paint, file.lineOf);
    const verdict = answer.valid
      ? paint.green(lines.length === 0 ? 'Nothing to object to.' : 'It can be set.')
      : paint.red('It cannot be set.');
    terminal.out(json ? JSON.stringify(answer) : [...lines, verdict].join('\n'));
    return answer.valid ? exitCodes.confirmed : exitCodes.failed;
  },
};

const SINCE = '7d';
const TEST_MS = 30_000;

const test: Command = {
  name: 'policy test',
  summary: 'what a policy would have done to what was recorded',
  usage: 'FILE|NAME',
  words: { min: 1, max: 1 },
  needs: 'admin',
  details: ['A word that is no file is the name of a policy that is set.'],
  flags: { since: { value: 'TIME', help: 'how far back (default 7d)' }, org },
  examples: [
    'estop policy test deploy-rate.yaml --since 7d',
    'estop policy test deploy-rate --since 24h --json',
  ],
  run: async (call) => {
    const { estop, terminal, json, paint, flags } = call;
    const backMs = parseDuration(flags.text('since') ?? SINCE, 'since');
    const since = new Date(terminal.nowMs() - backMs).toISOString();
    const body = { ...(await drafted(call)), since, timeout_ms: TEST_MS };
    const answer = await estop.policies.test(body, scopeOf(call), signalOf(call));
    terminal.out(json ? JSON.stringify(answer) : backtestText(answer, paint));
    return exitCodes.confirmed;
  },
};

const drafted = async ({ words, terminal }: Call) => {
  const word = words[0] as string;
  const isName = /^[a-z0-9_-]+$/.test(word) && (await terminal.readFile(word)) === null;
  if (isName) return { name: word };
  return { policy: (await readPolicyFile(terminal, word)).written as PolicyDraft };
};

const preset: Command = {
  name: 'policy preset',
  summary: 'set a policy by one word; without one, show what there is',
  usage: `[${PolicyPreset.options.join('|')}]`,
  words: { min: 0, max: 1 },
  needs: 'admin',
  flags: {
    target: { value: 'TARGET', help: 'whom it watches: an agent, tag:…, ns:… or org:…' },
    name: { value: 'NAME', help: 'what the policy is called (default: the word)' },
    mode,
    ...changeFlags,
  },
  examples: [
    'estop policy preset',
    'estop policy preset cautious --target tag:untrusted --dry-run',
    'estop policy preset payments --target agent://acme/production/billing --mode enforce',
  ],
  run: async (call) => {
    const [word] = call.words;
    if (word === undefined) return presets(call);
    const asked = PolicyPreset.safeParse(word);
    if (!asked.success) {
      const cure = `It is one of ${PolicyPreset.options.join(', ')}.`;
      throw new UsageError(`not a preset: ${word}`, cure);
    }
    const chosen = modeOf(call);
    const target = targetTyped(call);
    const draft = { preset: asked.data, target, ...(chosen && { mode: chosen }) };
    return change(call, call.flags.text('name') ?? word, draft);
  },
};

const presets = async (call: Call): Promise<ExitCode> => {
  const { estop, terminal, json, paint } = call;
  const answer = await estop.policies.presets(signalOf(call));
  const rows = answer.presets.map(({ preset: word, description }) => [word, description]);
  terminal.out(json ? JSON.stringify(answer) : table(['PRESET', 'WHAT IT DOES'], rows, paint));
  return exitCodes.confirmed;
};

/** Policies before they are set. */
export const policyDraftCommands: readonly Command[] = [lint, test, preset];
