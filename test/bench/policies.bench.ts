import { Estop } from '#sdk';
import { startMesh, type StandingMesh } from '../../apps/demo/src/standing-mesh.js';
import type { Outcome, Settings } from './bench.js';
import { onRound } from './bench.js';
import { Child } from './child.js';
import { startBareGateway } from './gateway/bare-gateway.js';
import { wireRequest, type LoadReport } from './gateway/load-messages.js';
import { contender, intentTo, newAgent, type Load, type Waits } from './gateway.bench.js';
import { atMost, judged, tableOf, tooFew, voidBy, type Judgement } from './judging.js';
import { interleave, quantile, ratioOf, type Ratio, type Samples } from './rounds.js';
import { inScratch, thenStopped } from './stage/scratch.js';

/**
 * What policies cost a gateway: its throughput with 0, 10, 1,000 and 10,000 of them. A mesh cannot have several counts at
 * once, so they come one after the other, and each is measured against a bare Fastify (the intents: and one publish with
 * fsync) in the same rounds, so that most of what the machine does meanwhile cancels out. Three of the policies watch the
 * agent itself: by its address, by a tag and by its namespace; the others watch others.
 */
const COUNTS = [0, 10, 1000, 10_000];
const ROUNDS = 31;
const WARM_UP = 4;
/** All that comes later is held against the first phase, so that one must not pay for what is compiled only once. */
const FIRST_WARM_UP = 40;
const RATIO_MAX = 1.2;
const AT_ONCE = 24;

const GUARD = 'guard, allowed';
const INTENT = 'intent, accepted';
const BARE = 'bare Fastify, 200';
const AGAIN = 'bare Fastify, 200, again';
const BARE_PUBLISH = 'bare Fastify and one publish';
const MEASURED = [
  [GUARD, BARE],
  [INTENT, BARE_PUBLISH],
] as const;

export interface PoliciesRow {
  readonly policies: number;
  readonly name: string;
  readonly per_second: number;
  /** The time of a request over the bare server's middle one, against the same without policies; less is better. */
  readonly ratio: Ratio;
}

export interface PoliciesReport {
  readonly rounds: number;
  readonly rows: readonly PoliciesRow[];
  readonly control: Ratio;
}

interface Watched {
  readonly address: string;
  readonly headers: Readonly<Record<string, string>>;
}

const rules = [
  { when: { tools: { deny: ['shell.*', 'admin.*'] } }, then: 'block' },
  { when: { intents: { over: 1_000_000_000, per: 'hour' } }, then: 'block' },
  { when: { intent_types: { deny: ['deploy.*'] } }, then: 'block' },
  { when: { cost_usd: { over: 1_000_000, per: 'day' } }, then: 'halt' },
] as const;

/** The first three watch the agent; of the others each watches an agent, a tag or a namespace that it is not in. */
const targetOf = (index: number, address: string, namespace: string) => {
  if (index === 0) return { agent: address };
  if (index === 1) return { tag: 'benched' };
  if (index === 2) return { namespace };
  const others = [
    { agent: `agent://${namespace}/other-${index}` },
    { tag: `tag-${index}` },
    { tag: `tag-${index}`, namespace },
  ];
  return others[index % others.length]!;
};

const setPolicies = async (
  admin: Estop,
  { address }: Watched,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<void> => {
  const namespace = address.split('/').slice(2, 4).join('/');
  const confirm = namespace.split('/')[0]!;
  let next = from;
  const setter = async (): Promise<void> => {
    while (next < to) {
      const index = next;
      next += 1;
      const target = targetOf(index, address, namespace);
      const draft = { target, mode: 'enforce', rules: [...rules], confirm };
      await admin.policies.set(`policy-${index}`, draft as never);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, setter));
};

const loadsOf = (mesh: StandingMesh, bare: number, agent: Watched, drop: string): Load[] => {
  const port = Number(new URL(mesh.gateways[0]!.url).port);
  const tool = { tool: 'email.send' };
  const at = (name: string, to: number, path: string, body: object): Load => ({
    ...{ name, port: to, status: 200, request: wireRequest(path, agent.headers, body) },
  });
  return [
    at(GUARD, port, '/v1/guard', tool),
    at(INTENT, port, '/v1/intents', intentTo(drop)),
    at(BARE, bare, '/allow', tool),
    at(BARE_PUBLISH, bare, '/publish', intentTo(drop)),
    at(AGAIN, bare, '/allow', tool),
  ];
};

const measured = async (
  loads: readonly Load[],
  rounds: number,
  warmUp: number,
): Promise<Samples> => {
  const generator = new Child<LoadReport>('gateway/load.js');
  await generator.next('ready');
  const waits: Waits = { p50Ms: [], p99Ms: [] };
  try {
    return await interleave(
      loads.map((load) => contender(load, generator, waits)),
      { rounds, warmUp, random: Math.random, onRound },
    );
  } finally {
    await generator.end();
  }
};

/** The time of each round's request over the middle one of the bare server in the same rounds. */
const normalized = (samples: Samples, name: string, bare: string): number[] => {
  const middle = quantile(samples.get(bare)!, 0.5);
  return samples.get(name)!.map((value) => value / middle);
};

const rowsOf = (phases: readonly Samples[]): PoliciesRow[] =>
  phases.flatMap((samples, index) =>
    MEASURED.map(([name, bare]) => ({
      policies: COUNTS[index]!,
      name,
      per_second: 1000 / quantile(samples.get(name)!, 0.5),
      ratio: ratioOf(normalized(samples, name, bare), normalized(phases[0]!, name, bare)),
    })),
  );

const onBoth = async (
  mesh: StandingMesh,
  bare: number,
  rounds: number,
): Promise<PoliciesReport> => {
  const admin = new Estop({ baseUrl: mesh.command_api, apiKey: mesh.credentials.admin_key });
  const agent = await newAgent(admin, mesh, 'benched');
  const drop = await newAgent(admin, mesh, 'drop');
  await admin.mesh.updateAgent(agent.address, { tags: ['benched' as never] });
  const loads = loadsOf(mesh, bare, agent, drop.address);
  const phases: Samples[] = [];
  let from = 0;
  for (const to of COUNTS) {
    await setPolicies(admin, agent, { from, to });
    from = to;
    phases.push(await measured(loads, rounds, phases.length === 0 ? FIRST_WARM_UP : WARM_UP));
  }
  const all = (name: string): number[] => phases.flatMap((samples) => [...samples.get(name)!]);
  return { rounds, rows: rowsOf(phases), control: ratioOf(all(AGAIN), all(BARE)) };
};

const tableOfPolicies = ({ rows, rounds, control }: PoliciesReport): string =>
  [
    `A gateway under policies, ${rounds} rounds each, time of a request over a bare Fastify's, against none`,
    '',
    tableOf(
      ['policies', '', 'per second', 'against none'],
      rows.map(({ policies, name, per_second, ratio }) => [
        ...[String(policies), name, String(Math.round(per_second))],
        `${ratio.median.toFixed(2)} (${ratio.spread.map((value) => value.toFixed(2)).join(' to ')})`,
      ]),
    ),
    '',
    `control ${control.median.toFixed(2)}`,
  ].join('\n');

const judgements = ({ rows }: PoliciesReport): Judgement[] =>
  rows
    .filter(({ policies }) => policies > 0)
    .map(({ policies, name, ratio }) =>
      judged(atMost(`${name}, ${policies} policies, of none`, RATIO_MAX, '×'), ratio.median),
    );

export const runPoliciesBench = (settings: Settings): Promise<Outcome> =>
  inScratch(async (dataDir) => {
    const mesh = await startMesh(dataDir, ['us-east'], 1);
    return thenStopped(mesh.stop, async () => {
      const bare = await startBareGateway();
      try {
        const report = await onBoth(mesh, bare.port, settings.rounds ?? ROUNDS);
        return {
          report,
          table: tableOfPolicies(report),
          judged: judgements(report),
          void: voidBy(report.control.median) ?? tooFew(report.rounds),
        };
      } finally {
        await bare.stop();
      }
    });
  });
