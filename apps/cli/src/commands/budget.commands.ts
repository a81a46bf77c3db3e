import type { BudgetReport } from '#contracts';
import { parseSeconds } from '../arguments/duration.js';
import { parseAgent } from '../arguments/target.js';
import { UsageError } from '../arguments/usage-error.js';
import { amountOf, scopeOf, sharesOf, whichOf } from '../budget/budget-words.js';
import type { Call, Command } from '../command.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { budgetReport, budgetTable } from '../render/budgets.js';

const signalOf = ({ terminal }: Call) => ({ signal: terminal.signal });
const dry = { 'dry-run': { help: 'show what would come of it, and change nothing' } };
const changeOf = ({ flags }: Call) => (flags.has('dry-run') ? { dry_run: true } : {});

/** Tells what came of it; not confirmed while a gateway has not said that it knows. */
const told = ({ terminal, json, paint }: Call, report: BudgetReport): ExitCode => {
  terminal.out(json ? JSON.stringify(report) : budgetReport(report, paint));
  return (report.missing ?? []).length === 0 ? exitCodes.confirmed : exitCodes.notConfirmed;
};

const set: Command = {
  name: 'budget set',
  summary: 'cap what an agent, a tag, a namespace or an org may spend',
  usage: 'TARGET CAP',
  words: { min: 2, max: 2 },
  needs: 'admin',
  details: [
    'CAP is an amount, a currency and a period: 50usd/hour, 50usd/day, 50usd/month, or 50usd in total.',
    'It counts at once. A cap below what was spent stops all spending; 0usd allows none.',
  ],
  flags: {
    ...dry,
    alert: { value: 'PCT', help: 'tell somebody at this share of it: 80, or 50,80' },
  },
  examples: [
    'estop budget set deployer 50usd/day',
    'estop budget set ns:acme/production 500usd/month --alert 50,80',
  ],
  run: async (call) => {
    const body = { scope: await scopeOf(call), ...amountOf(call), ...sharesOf(call) };
    return told(call, await call.estop.budgets.set(body, changeOf(call), signalOf(call)));
  },
};

const show: Command = {
  name: 'budget show',
  summary: 'every cap that an agent spends under, and what is left',
  usage: 'AGENT',
  words: { min: 1, max: 1 },
  examples: ['estop budget show deployer', 'estop budget show deployer --json'],
  run: async (call) => {
    const { estop, terminal, json, paint, words, home } = call;
    const answer = await estop.budgets.ofAgent(
      parseAgent(words[0] as string, home),
      signalOf(call),
    );
    terminal.out(json ? JSON.stringify(answer) : budgetTable(answer.budgets, paint));
    return exitCodes.confirmed;
  },
};

const list: Command = {
  name: 'budget list',
  aliases: ['budgets'],
  summary: 'the caps of the org, and how they stand',
  words: { min: 0, max: 0 },
  flags: {
    org: { value: 'ORG', help: 'another org, for the people who run the mesh' },
    cursor: { value: 'CURSOR', help: 'the next page' },
  },
  examples: ['estop budget list', 'estop budget list --json'],
  run: async (call) => {
    const { estop, terminal, json, paint, flags } = call;
    const [org_id, cursor] = [flags.text('org'), flags.text('cursor')];
    const query = { ...(org_id && { org_id }), ...(cursor && { cursor }) };
    const answer = await estop.budgets.list(query, signalOf(call));
    terminal.out(json ? JSON.stringify(answer) : budgetTable(answer.budgets, paint));
    if (!json && answer.next_cursor) terminal.err(`More: --cursor ${answer.next_cursor}`);
    return exitCodes.confirmed;
  },
};

const remove: Command = {
  name: 'budget remove',
  summary: 'remove a cap: it limits nothing any more',
  usage: 'TARGET CURRENCY/PERIOD',
  words: { min: 2, max: 2 },
  needs: 'admin',
  flags: dry,
  examples: ['estop budget remove deployer usd/day'],
  run: async (call) => {
    const named = { ...(await scopeOf(call)), ...whichOf(call) };
    return told(call, await call.estop.budgets.remove(named, changeOf(call), signalOf(call)));
  },
};

const topUp: Command = {
  name: 'budget top-up',
  summary: 'break the glass: more may be spent for a time',
  usage: 'TARGET AMOUNT',
  words: { min: 2, max: 2 },
  needs: 'admin',
  details: ['AMOUNT names the cap as well: 20usd/day goes on top of the cap per day.'],
  flags: {
    ...dry,
    for: { value: 'TIME', help: 'how long, at most 7d; then the cap holds again' },
    reason: { value: 'TEXT', help: 'why; it stands in the audit' },
  },
  examples: ['estop budget top-up deployer 20usd/day --for 2h --reason "incident 47"'],
  run: async (call) => {
    const { flags } = call;
    const [time, reason] = [flags.text('for'), flags.text('reason')];
    if (time === undefined || reason === undefined)
      throw new UsageError(
        'a top-up needs --for and --reason',
        'For example --for 2h --reason "incident 47".',
      );
    const { cap: amount, currency, per } = amountOf(call);
    const scope = await scopeOf(call);
    const body = { scope, amount, currency, per, reason, expires_in: parseSeconds(time, 'for') };
    return told(call, await call.estop.budgets.topUp(body, changeOf(call), signalOf(call)));
  },
};

export const budgetCommands: readonly Command[] = [set, show, list, remove, topUp];
