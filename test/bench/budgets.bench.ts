import { setTimeout as wait } from 'node:timers/promises';
import { formatMicro, MICRO } from '#contracts';
import { Estop } from '#sdk';
import { startMesh, type StandingMesh } from '../../apps/demo/src/standing-mesh.js';
import type { Outcome, Settings } from './bench.js';
import { onRound } from './bench.js';
import { newAgent } from './gateway.bench.js';
import { spendingAt, type Spending } from './budgets/spending.js';
import { tableOf, tooFew, voidBy } from './judging.js';
import { interleave, quantile, ratioOf, type Ratio, type Samples } from './rounds.js';
import { inScratch, thenStopped } from './stage/scratch.js';

/**
 * What a cap costs those who spend under it, through four gateways at once: guards of one agent with a cap against guards of
 * one without any, and authorizations under one cap against those under four, one for each gateway (without a cap there is
 * nothing to authorize). Before each turn nobody spends, so what gateways held has flowed back: each begins by asking.
 */
const ROUNDS = 31;
const WARM_UP = 8;
const REGIONS = ['us-east', 'eu-west'];
const GATEWAYS_PER_REGION = 2;
const CAP = '900000000.00';
const ACT = { tool: 'email.send', cost_usd: 0.01 };
/** It is free again after a second, so that not too many are open. */
const PAYMENT = { amount: '0.01', currency: 'usd', expires_in: 1 };

const CAPPED = 'guard, one cap';
const FREE = 'guard, no cap';
const AGAIN = 'guard, no cap, again';
const SHARED = 'authorize, one cap';
const OWN = 'authorize, a cap for each gateway';
const PAIRS = [
  [CAPPED, FREE],
  [SHARED, OWN],
] as const;

interface BudgetsRow {
  readonly name: string;
  readonly against: string;
  readonly per_second: number;
  readonly against_per_second: number;
  /** Throughput over that of the other; more is better. */
  readonly throughput: Ratio;
}

interface BudgetsReport {
  readonly rounds: number;
  readonly gateways: number;
  readonly rows: readonly BudgetsRow[];
  /** The guard without a cap against itself. */
  readonly control: Ratio;
}

type Headers = Readonly<Record<string, string>>;

interface Spender {
  readonly address: string;
  readonly headers: Headers;
}

const agentOf = async (
  mesh: StandingMesh,
  admin: Estop,
  { name, capped }: { readonly name: string; readonly capped: boolean },
): Promise<Spender> => {
  const agent = await newAgent(admin, mesh, name);
  const { address } = agent;
  const cap = { scope: { agent: address }, cap: CAP, currency: 'usd', per: 'total' };
  if (capped) await admin.budgets.set(cap as never);
  return agent;
};

const spendingsOf = async (
  mesh: StandingMesh,
  admin: Estop,
  spender: Spender,
): Promise<Spending[]> => {
  const all = ({ headers }: Spender): Headers[] => mesh.gateways.map(() => headers);
  const capped = all(spender);
  const free = all(await agentOf(mesh, admin, { name: 'free', capped: false }));
  const own: Headers[] = [];
  for (const { id } of mesh.gateways)
    own.push((await agentOf(mesh, admin, { name: `own-${id}`, capped: true })).headers);
  const guard = { path: '/v1/guard', body: ACT };
  const authorize = { path: '/v1/budget/authorize', body: PAYMENT };
  return [
    { name: CAPPED, ...guard, callers: capped },
    { name: FREE, ...guard, callers: free },
    { name: AGAIN, ...guard, callers: free },
    { name: SHARED, ...authorize, callers: capped },
    { name: OWN, ...authorize, callers: own },
  ];
};

const TELLS_WITHIN_S = 10;

/** What was allowed under the cap is spent under it, to the millionth. @throws Error where it is not: then nothing was measured */
const audited = async (admin: Estop, { address }: Spender, answers: number): Promise<void> => {
  const expected = formatMicro(Math.round(answers * ACT.cost_usd * MICRO));
  let told: string[] = [];
  for (let second = 0; second < TELLS_WITHIN_S; second += 1) {
    const { budgets } = await admin.budgets.ofAgent(address);
    told = budgets.map(({ spent, allotted }) => `${spent} spent, ${allotted} allotted`);
    if (told[0] === `${expected} spent, 0.00 allotted`) return;
    await wait(1000);
  }
  throw new Error(`${answers} guards were answered, so ${expected} is spent; told is: ${told[0]}`);
};

const reportOf = (samples: Samples, rounds: number, gateways: number): BudgetsReport => {
  const of = (name: string): readonly number[] => samples.get(name)!;
  const perSecond = (name: string): number => 1000 / quantile(of(name), 0.5);
  const rows = PAIRS.map(([name, against]) => ({
    ...{ name, against, per_second: perSecond(name), against_per_second: perSecond(against) },
    throughput: ratioOf(of(against), of(name)),
  }));
  return { rounds, gateways, rows, control: ratioOf(of(AGAIN), of(FREE)) };
};

const onFour = async (mesh: StandingMesh, rounds: number): Promise<BudgetsReport> => {
  const admin = new Estop({ baseUrl: mesh.command_api, apiKey: mesh.credentials.admin_key });
  const spender = await agentOf(mesh, admin, { name: 'capped', capped: true });
  const spendings = await spendingsOf(mesh, admin, spender);
  const ports = mesh.gateways.map(({ url }) => Number(new URL(url).port));
  const load = await spendingAt(ports);
  try {
    const contenders = spendings.map((spending) => load.contender(spending));
    const settings = { rounds, warmUp: WARM_UP, random: Math.random, onRound };
    const samples = await interleave(contenders, settings);
    await audited(admin, spender, load.answered(CAPPED));
    return reportOf(samples, rounds, ports.length);
  } finally {
    await load.end();
  }
};

const tableOfBudgets = ({ rows, rounds, gateways, control }: BudgetsReport): string =>
  [
    `Spending through ${gateways} gateways, ${rounds} rounds`,
    '',
    tableOf(
      ['', 'against', 'per second', 'against it', 'throughput'],
      rows.map(({ name, against, per_second, against_per_second, throughput }) => {
        const [low, high] = throughput.spread.map((value) => value.toFixed(2));
        const rates = [per_second, against_per_second].map((rate) => String(Math.round(rate)));
        return [name, against, ...rates, `${throughput.median.toFixed(2)} (${low} to ${high})`];
      }),
    ),
    '',
    `control ${control.median.toFixed(2)}`,
  ].join('\n');

/** Without a judgement: nobody has said what a cap may cost. */
export const runBudgetsBench = (settings: Settings): Promise<Outcome> =>
  inScratch(async (dataDir) => {
    const mesh = await startMesh(dataDir, REGIONS, GATEWAYS_PER_REGION);
    return thenStopped(mesh.stop, async () => {
      const report = await onFour(mesh, settings.rounds ?? ROUNDS);
      return {
        report,
        table: tableOfBudgets(report),
        judged: [],
        void: voidBy(report.control.median) ?? tooFew(report.rounds),
      };
    });
  });
