import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { Estop } from '#sdk';
import type { Outcome, Settings } from './bench.js';
import { onRound } from './bench.js';
import { atMost, judged, tableOf, tooFew } from './judging.js';
import { msBetween, nowNs } from './kill/child-messages.js';
import { spreadCells, spreadOf, type Spread } from './rounds.js';
import { onMesh, type MeshStage } from './stage/mesh-stage.js';
import { newAgent } from './stage/rogue.js';

/**
 * From the act that breaches a policy to the last thing that any gateway lets its agent do: what the gateway counts goes into
 * the activity log, the evaluator measures it, a command API orders the stop, and four gateways in two regions enforce it.
 * The clock runs from the answer that accepted the act. Each round has an agent of its own.
 */
const ROUNDS = 41;
const WARM_UP = 3;
const P99_MS_MAX = 250;
const ALLOWED = 5;
const HELD_MS_MAX = 10_000;
const LOOK_EVERY_MS = 20;
const TAG = 'tripwire';

export interface PolicyStopReport {
  readonly rounds: number;
  /** From the accepted breach to the last admission anywhere, milliseconds. */
  readonly effective: Spread;
}

const arm = (admin: Estop): Promise<unknown> =>
  admin.policies.set('tripwire', {
    target: { tag: TAG } as never,
    mode: 'enforce',
    max_stops_per_minute: 10_000,
    rules: [
      {
        when: { intents: { over: ALLOWED, per: 'hour', direction: 'send' } },
        then: 'halt',
      },
    ],
  });

const recruit = async ({ mesh, hammering }: MeshStage, admin: Estop, round: number) => {
  const { admin_key: adminKey, org, workspace } = mesh.credentials;
  const where = { baseUrl: mesh.command_api, adminKey, org, workspace };
  const agent = await newAgent(where, `tripping-${round}`);
  await admin.mesh.updateAgent(agent.address, { tags: [TAG as never] });
  const gateways = mesh.gateways.map(({ url }) => url);
  await hammering.setUp(gateways, agent.apiKey);
  const estop = new Estop({ baseUrl: gateways[round % gateways.length]!, apiKey: agent.apiKey });
  return { address: agent.address, estop };
};

const intentTo = (to: string) => ({
  intent_type: 'bench.send.v1',
  correlation_id: randomUUID(),
  to_agent: to,
  payload: {},
});

/** @throws Error when nobody stops it */
const held = async (operator: Estop, address: string): Promise<void> => {
  const giveUpMs = performance.now() + HELD_MS_MAX;
  while (performance.now() < giveUpMs) {
    if ((await operator.mesh.why(address)).held) return;
    await wait(LOOK_EVERY_MS);
  }
  throw new Error(`no policy stopped ${address} within ${HELD_MS_MAX} ms`);
};

const trip = async (stage: MeshStage, admin: Estop, round: number): Promise<number> => {
  const { address, estop } = await recruit(stage, admin, round);
  for (let sent = 0; sent < ALLOWED; sent += 1) await estop.intents.send(intentTo(stage.rogue));
  await stage.hammering.start();
  await estop.intents.send(intentTo(stage.rogue));
  const acceptedNs = nowNs();
  await held(stage.operator, address);
  await wait(LOOK_EVERY_MS);
  const gateways = await stage.hammering.stop();
  const last = gateways.map(({ lastAdmittedNs }) => {
    if (lastAdmittedNs === null) throw new Error('a gateway admitted nothing before the stop');
    return msBetween(acceptedNs, BigInt(lastAdmittedNs));
  });
  return Math.max(...last);
};

const measured = async (stage: MeshStage, rounds: number): Promise<PolicyStopReport> => {
  const { credentials, command_api } = stage.mesh;
  const admin = new Estop({ baseUrl: command_api, apiKey: credentials.admin_key });
  await arm(admin);
  const took: number[] = [];
  for (let round = 0; round < rounds + WARM_UP; round += 1) {
    took.push(await trip(stage, admin, round));
    onRound(round + 1, rounds + WARM_UP);
  }
  return { rounds, effective: spreadOf(took.slice(WARM_UP)) };
};

export const runPolicyStopBench = async (settings: Settings): Promise<Outcome> => {
  const report = await onMesh((stage) => measured(stage, settings.rounds ?? ROUNDS));
  const { effective, rounds } = report;
  return {
    report,
    table: [
      `From the accepted act that breaches a policy to the last admission, 4 gateways in 2 regions, ${rounds} rounds`,
      '',
      tableOf(
        ['', 'p50 ms', 'p99 ms', 'max ms'],
        [['breach to last admission', ...spreadCells(effective)]],
      ),
    ].join('\n'),
    judged: [
      judged(atMost('breach accepted to stop effective, p99', P99_MS_MAX, 'ms'), effective.p99_ms),
    ],
    void: tooFew(rounds),
  };
};
