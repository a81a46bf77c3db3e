import { Hammer } from '../hammer/hammer.js';
import type { History } from '../judge/history.js';
import type { Finding, Invariant } from '../judge/finding.js';
import { judge } from '../judge/verdict.js';
import type { Fleet } from '../mesh/fleet.js';
import type { LabMesh } from '../mesh/lab-mesh.js';
import type { Operator } from '../operators/operator.js';
import { OrderLog } from '../operators/order-log.js';
import { ProcessorWant } from '../processor-want.js';
import { Random } from '../random.js';
import type { Row } from '../rows/row.js';
import { StallWatch } from '../stall-watch.js';
import { nowMs, pause } from '../time.js';
import { compareAudit } from './audit-comparison.js';
import { clearOrders, keptOrders, loggedStops, storedWork } from './closing.js';
import { Stage } from './stage.js';

export interface EpisodePlan {
  readonly row: Row;
  readonly mesh: LabMesh;
  readonly fleet: Fleet;
  readonly seed: number;
  readonly rate: number;
}

export interface EpisodeResult {
  readonly row: Row;
  readonly seed: number;
  readonly tookMs: number;
  readonly history: History;
  readonly verdict: ReadonlyMap<Invariant, Finding>;
  /** Requests that were due and not sent. */
  readonly skipped: number;
}

const LEAD_IN_MS = 700;
const PHASE_MS = 1500;
/** Two seconds to heal, and some to see that it is well. */
const TAIL_MS = 4000;
const LAST_LOOK_MS = 1200;
/** The operators' own process is watched for want of a processor as often. */
const LOOK_MS = 5;
const WINDOW_MS = 50;

/** Each operator has a target of its own, so that nobody lifts what somebody else has ordered. */
const operatorsOf = (stage: Stage): Operator[] => {
  const { targets } = stage.fleet;
  return targets.map((target, at) => stage.operator(`operator ${at + 1}`, [target]));
};

const startHammer = ({ mesh, fleet, rate, seed }: EpisodePlan): Promise<Hammer> =>
  Hammer.start({
    gateways: mesh.gateways.map(({ name, url }) => ({ name, url })),
    agents: fleet.agents,
    ...{ rate, seed },
  });

type Closing = Pick<History, 'kept' | 'log' | 'storedWork' | 'audit'>;

const CLOSED: Closing = { kept: [], log: null, storedWork: null, audit: null };

const close = async (stage: Stage, row: Row): Promise<Closing> => ({
  kept: await keptOrders(stage.mesh, stage.orders.orderIds),
  log: await loggedStops(stage),
  storedWork: await storedWork(stage),
  audit: row.invariants.includes('I7') ? await compareAudit(stage) : null,
});

/** The fault, under the hammer and among the operators; then the heal, the clearing up, and the quiet afterwards. */
const perform = async (plan: EpisodePlan, stage: Stage, hammer: Hammer): Promise<void> => {
  const operators = operatorsOf(stage);
  hammer.begin();
  await pause(LEAD_IN_MS);
  for (const operator of operators) operator.begin();
  await pause(stage.random.between(0, PHASE_MS));
  try {
    await plan.row.run(stage);
    await pause(TAIL_MS);
  } finally {
    await Promise.all(operators.map((operator) => operator.end()));
  }
  if (plan.row.endsClosed === true) return;
  await clearOrders(plan.mesh, stage.orders);
  await pause(LAST_LOOK_MS);
};

/** @throws Error when the mesh did not come back far enough to be judged. */
export const runEpisode = async (plan: EpisodePlan): Promise<EpisodeResult> => {
  const { row, mesh, fleet, seed } = plan;
  const startedMs = nowMs();
  const orders = new OrderLog();
  const stage = new Stage({ mesh, fleet, orders, random: new Random(seed) });
  const hammer = await startHammer(plan);
  const watch = new StallWatch(nowMs());
  const want = new ProcessorWant(nowMs());
  const watching = [
    setInterval(() => watch.look(nowMs()), LOOK_MS),
    setInterval(() => want.look(nowMs()), WINDOW_MS),
  ];

  try {
    await perform(plan, stage, hammer);
    const { attempts, skipped, stalls } = await hammer.end();
    const history: History = {
      attempts,
      stalls: [...stalls, ...watch.stalls, ...want.stalls],
      orders: orders.stories(),
      troubles: stage.troubles,
      forgeries: stage.forgeries,
      gateways: mesh.gateways.map(({ name }) => name),
      crashes: mesh.crashes.filter(({ atMs }) => atMs >= startedMs),
      ...(row.endsClosed === true ? CLOSED : await close(stage, row)),
    };
    const tookMs = nowMs() - startedMs;
    return { row, seed, tookMs, history, verdict: judge(history), skipped };
  } finally {
    for (const timer of watching) clearInterval(timer);
    await hammer.stop();
  }
};
