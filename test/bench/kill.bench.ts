import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Estop } from '#sdk';
import { startMesh, type StandingMesh } from '../../apps/demo/src/standing-mesh.js';
import { bareFanOut } from './kill/bare-fan-out.js';
import { Child } from './kill/child.js';
import type { HammerReport } from './kill/child-messages.js';
import { killToLastAdmission, underLoad } from './kill/kill-to-last-admission.js';
import {
  interleave,
  quantile,
  ratioOf,
  tailRatio,
  type Contender,
  type Ratio,
  type Samples,
} from './rounds.js';

/**
 * Kill request → last admission anywhere, over four gateways in two regions, against a bare JetStream publish → the last of
 * four subscribers, interleaved in one run under the same load.
 */
const ROUNDS = 61;
const WARM_UP = 10;

const progress = (done: number, of: number): void =>
  void process.stderr.write(`\r  round ${done} of ${of} ${done === of ? '\n' : ''}`);

const run = async (mesh: StandingMesh): Promise<Samples> => {
  const baseUrls = mesh.gateways.map(({ url }) => url);
  const admin = new Estop({ baseUrls, apiKey: mesh.credentials.admin_key });
  const { org, workspace } = mesh.credentials;
  const { service_account } = await admin.serviceAccounts.create({
    org_id: org,
    workspace_id: workspace,
    name: 'rogue',
  });
  const { key } = await admin.serviceAccounts.createKey(service_account.service_account_id);
  const hammer = new Child<HammerReport>('hammer.js');
  const ready = hammer.next('ready');
  hammer.tell({ kind: 'setup', gateways: baseUrls, apiKey: key.token });
  await ready;
  const bare = await bareFanOut();
  const again: Contender = { ...bare.contender, name: 'bare JetStream fan-out, again' };
  const operator = new Estop({ baseUrl: mesh.command_api, apiKey: mesh.credentials.operator_key });
  try {
    return await interleave(
      [
        killToLastAdmission(operator, service_account.agent_address, hammer),
        underLoad(hammer, bare.contender),
        underLoad(hammer, again),
      ],
      { rounds: ROUNDS, warmUp: WARM_UP, random: Math.random, onRound: progress },
    );
  } finally {
    await hammer.end();
    await bare.stop();
  }
};

export interface KillReport {
  readonly rounds: number;
  readonly kill: Spread;
  readonly bare: Spread;
  readonly ratio_p50: Ratio;
  readonly ratio_p99: number;
  /** The baseline against itself: outside 0.95 to 1.05 the run is void. */
  readonly control: Ratio;
  readonly void: boolean;
}

interface Spread {
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly max_ms: number;
}

const spreadOf = (values: readonly number[]): Spread => ({
  p50_ms: quantile(values, 0.5),
  p99_ms: quantile(values, 0.99),
  max_ms: Math.max(...values),
});

const report = (samples: Samples): KillReport => {
  const kill = samples.get('kill to last admission')!;
  const bare = samples.get('bare JetStream fan-out')!;
  const control = ratioOf(samples.get('bare JetStream fan-out, again')!, bare);
  return {
    rounds: ROUNDS,
    kill: spreadOf(kill),
    bare: spreadOf(bare),
    ratio_p50: ratioOf(kill, bare),
    ratio_p99: tailRatio(kill, bare),
    control,
    void: control.median < 0.95 || control.median > 1.05,
  };
};

export const runKillBench = async (): Promise<KillReport> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'estop-bench-'));
  try {
    const mesh = await startMesh(dataDir, ['us-east', 'eu-west'], 2);
    try {
      return report(await run(mesh));
    } finally {
      await mesh.stop();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
};

export const killTable = ({
  kill,
  bare,
  ratio_p50,
  ratio_p99,
  control,
  rounds,
}: KillReport): string => {
  const row = (name: string, spread: Spread) =>
    `| ${name} | ${spread.p50_ms.toFixed(2)} | ${spread.p99_ms.toFixed(2)} | ${spread.max_ms.toFixed(2)} |`;
  const [low, high] = ratio_p50.spread;
  return [
    `Kill request to last admission, 4 gateways in 2 regions, ${rounds} rounds`,
    '',
    '| | p50 ms | p99 ms | max ms |',
    '| --- | --- | --- | --- |',
    row('kill to last admission', kill),
    row('bare JetStream publish to last of 4 subscribers', bare),
    '',
    `p50 ratio ${ratio_p50.median.toFixed(2)} (middle half ${low.toFixed(2)} to ${high.toFixed(2)}), ` +
      `p99 ratio ${ratio_p99.toFixed(2)}, control ${control.median.toFixed(2)}`,
  ].join('\n');
};
