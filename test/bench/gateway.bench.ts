import { randomUUID } from 'node:crypto';
import { Estop } from '#sdk';
import { startMesh, type StandingMesh } from '../../apps/demo/src/standing-mesh.js';
import { startBareGateway } from './gateway/bare-gateway.js';
import { wireRequest, type LoadOrder, type LoadReport } from './gateway/load-messages.js';
import type { Outcome, Settings } from './bench.js';
import { onRound } from './bench.js';
import { Child } from './child.js';
import { tooFew, voidBy } from './judging.js';
import { interleave, quantile, ratioOf, type Contender, type Ratio } from './rounds.js';
import { inScratch, thenStopped } from './stage/scratch.js';

/**
 * What a gateway adds to a bare Fastify, in throughput and in waiting: the guard's allow and block against a bare 200, a
 * refused intent against a bare 403, an accepted intent against a bare JetStream publish with fsync.
 */
const ROUNDS = 31;
const WARM_UP = 8;
const CONNECTIONS = 16;
const FOR_MS = 250;

export interface Load {
  readonly name: string;
  readonly port: number;
  readonly request: string;
  /** Any other status ends the run. */
  readonly status: number;
}

export interface Waits {
  readonly p50Ms: number[];
  readonly p99Ms: number[];
}

export interface GatewayRow {
  readonly name: string;
  readonly against: string;
  readonly per_second: number;
  readonly bare_per_second: number;
  /** Throughput over the baseline's throughput; more is better. */
  readonly throughput: Ratio;
  /** Waiting of the middle request, and of the slowest in a hundred, over the baseline's; less is better. */
  readonly p50: Ratio;
  readonly p99: Ratio;
}

export interface GatewayReport {
  readonly rounds: number;
  readonly connections: number;
  readonly rows: readonly GatewayRow[];
  /** The bare 200 against itself. */
  readonly control: Ratio;
}

const BARE_200 = 'bare Fastify, 200';
const BARE_403 = 'bare Fastify, 403';
const BARE_PUBLISH = 'bare Fastify and one publish';
const AGAIN = 'bare Fastify, 200, again';
const PAIRS = [
  ['guard, allowed', BARE_200],
  ['guard, blocked', BARE_200],
  ['heartbeat', BARE_200],
  ['intent, refused', BARE_403],
  ['intent, accepted', BARE_PUBLISH],
] as const;

export const newAgent = async (admin: Estop, mesh: StandingMesh, name: string) => {
  const { org, workspace } = mesh.credentials;
  const made = await admin.serviceAccounts.create({ org_id: org, workspace_id: workspace, name });
  const { service_account_id: id, agent_address: address } = made.service_account;
  const { key } = await admin.serviceAccounts.createKey(id);
  return { address, headers: { 'x-api-key': key.token } };
};

export const intentTo = (to: string): object => ({
  intent_type: 'bench.send.v1',
  correlation_id: randomUUID(),
  to_agent: to,
  payload: { subject: 'bench', body: 'x'.repeat(200) },
});

const loadsOf = async (mesh: StandingMesh, barePort: number): Promise<Load[]> => {
  const baseUrl = mesh.gateways[0]!.url;
  const port = Number(new URL(baseUrl).port);
  const admin = new Estop({ baseUrl: mesh.command_api, apiKey: mesh.credentials.admin_key });
  const healthy = await newAgent(admin, mesh, 'healthy');
  const stopped = await newAgent(admin, mesh, 'stopped');
  const drop = await newAgent(admin, mesh, 'drop');
  await admin.mesh.kill(stopped.address, { reason: 'bench' });
  const tool = { tool: 'email.send' };
  const beat = { metrics: { intents_total: 1, intents_succeeded: 1, cost_usd: 0.01 } };
  const gateway = (name: string, status: number, request: string): Load => ({
    ...{ name, port, status, request },
  });
  const bare = (name: string, status: number, path: string, body: object): Load => ({
    ...{ name, port: barePort, status, request: wireRequest(path, healthy.headers, body) },
  });
  const sent = intentTo(drop.address);
  return [
    gateway('guard, allowed', 200, wireRequest('/v1/guard', healthy.headers, tool)),
    gateway('guard, blocked', 200, wireRequest('/v1/guard', stopped.headers, tool)),
    gateway('heartbeat', 200, wireRequest('/v1/mesh/heartbeat', healthy.headers, beat)),
    gateway(
      'intent, refused',
      403,
      wireRequest('/v1/intents', healthy.headers, intentTo(stopped.address)),
    ),
    gateway('intent, accepted', 200, wireRequest('/v1/intents', healthy.headers, sent)),
    bare(BARE_200, 200, '/allow', tool),
    bare(AGAIN, 200, '/allow', tool),
    bare(BARE_403, 403, '/refuse', sent),
    bare(BARE_PUBLISH, 200, '/publish', sent),
  ];
};

export const contender = (load: Load, generator: Child<LoadReport>, waits: Waits): Contender => ({
  name: load.name,
  measure: async () => {
    const done = generator.next('loaded');
    const { port, request } = load;
    const order = { kind: 'load', port, request, connections: CONNECTIONS, forMs: FOR_MS } as const;
    generator.tell(order satisfies LoadOrder);
    const { answers, tookMs, p50Ms, p99Ms, statuses } = await done;
    if (statuses[load.status] !== answers) {
      throw new Error(`${load.name} was answered ${JSON.stringify(statuses)}`);
    }
    waits.p50Ms.push(p50Ms);
    waits.p99Ms.push(p99Ms);
    return tookMs / answers;
  },
});

const measured = async (loads: readonly Load[], rounds: number): Promise<GatewayReport> => {
  const waits = new Map(loads.map(({ name }): [string, Waits] => [name, { p50Ms: [], p99Ms: [] }]));
  const generator = new Child<LoadReport>('gateway/load.js');
  await generator.next('ready');
  try {
    const samples = await interleave(
      loads.map((load) => contender(load, generator, waits.get(load.name)!)),
      { rounds, warmUp: WARM_UP, random: Math.random, onRound },
    );
    const perSecond = (name: string) => 1000 / quantile(samples.get(name)!, 0.5);
    const waited = (name: string, which: keyof Waits) => waits.get(name)![which].slice(WARM_UP);
    const rows = PAIRS.map(([name, against]): GatewayRow => ({
      name,
      against,
      per_second: perSecond(name),
      bare_per_second: perSecond(against),
      throughput: ratioOf(samples.get(against)!, samples.get(name)!),
      p50: ratioOf(waited(name, 'p50Ms'), waited(against, 'p50Ms')),
      p99: ratioOf(waited(name, 'p99Ms'), waited(against, 'p99Ms')),
    }));
    const control = ratioOf(samples.get(AGAIN)!, samples.get(BARE_200)!);
    return { rounds, connections: CONNECTIONS, rows, control };
  } finally {
    await generator.end();
  }
};

const onBoth = (rounds: number): Promise<GatewayReport> =>
  inScratch(async (dataDir) => {
    const mesh = await startMesh(dataDir, ['us-east'], 1);
    return thenStopped(mesh.stop, async () => {
      const bare = await startBareGateway();
      try {
        return await measured(await loadsOf(mesh, bare.port), rounds);
      } finally {
        await bare.stop();
      }
    });
  });

const gatewayTable = ({ rows, rounds, connections, control }: GatewayReport): string => {
  const line = ({ name, against, per_second, bare_per_second, ...row }: GatewayRow): string => {
    const rates = `${Math.round(per_second)} | ${Math.round(bare_per_second)}`;
    const [low, high] = row.throughput.spread.map((value) => value.toFixed(2));
    const throughput = `${row.throughput.median.toFixed(2)} (${low} to ${high})`;
    const waiting = `${row.p50.median.toFixed(2)} | ${row.p99.median.toFixed(2)}`;
    return `| ${name} | ${against} | ${rates} | ${throughput} | ${waiting} |`;
  };
  return [
    `A gateway against a bare Fastify, ${connections} connections, ${rounds} rounds`,
    '',
    '| | against | per second | bare | throughput | p50 | p99 |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows.map(line),
    '',
    `control ${control.median.toFixed(2)}`,
  ].join('\n');
};

/** Without a judgement: the targets are against a bare proxy, a baseline that has not been measured yet. */
export const runGatewayBench = async (settings: Settings): Promise<Outcome> => {
  const report = await onBoth(settings.rounds ?? ROUNDS);
  return {
    report,
    table: gatewayTable(report),
    judged: [],
    void: voidBy(report.control.median) ?? tooFew(report.rounds),
  };
};
