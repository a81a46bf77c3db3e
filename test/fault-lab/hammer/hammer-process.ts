import { randomUUID } from 'node:crypto';
import { Random } from '../random.js';
import { StallWatch } from '../stall-watch.js';
import { nowMs } from '../time.js';
import { rowOf, type Asked } from './attempt-row.js';
import type {
  AttemptRow,
  HammerAgent,
  HammerOrder,
  HammerPlan,
  HammerReport,
} from './hammer-messages.js';
import { Door } from './keen-agent.js';
import { Pressure } from './pressure.js';

/**
 * Sends at a fixed rate, so that a slow gateway cannot slow the hammer at the others; every attempt goes into the history. It runs in a process of its own: its clock is the machine's, and nothing of the lab delays it.
 */
const TICK_MS = 4;
const REPORT_MS = 100;
/** Of four requests one is a guard check, which needs no log: it shows what a gateway that is cut off would admit. */
const GUARD_SHARE = 0.25;
/** Of the intents so many are for another agent than the sender itself. */
const CROSS_SHARE = 0.2;

let plan: HammerPlan;
let random: Random;
let doors: Door[] = [];
let pressures: Pressure[] = [];
/** For each agent, by number, those of its workspace: to others nobody may send. */
let colleagues: readonly (readonly number[])[] = [];
let rows: AttemptRow[] = [];
let ticking: NodeJS.Timeout | null = null;
let startedMs = 0;
let issued = 0;
let skipped = 0;
let watch = new StallWatch(0);

const tell = (report: HammerReport): void => void process.send?.(report);

const intentBody = (to: string, work: string): string =>
  JSON.stringify({ intent_type: 'lab.work.v1', correlation_id: work, to_agent: to, payload: {} });
const GUARD_BODY = JSON.stringify({ tool: 'lab.tool' });

const next = (): Asked => {
  const gateway = issued % plan.gateways.length;
  const from = random.below(plan.agents.length);
  if (random.chance(GUARD_SHARE)) return { kind: 0, gateway, from, to: -1, work: null };
  const to = random.chance(CROSS_SHARE) ? random.of(colleagues[from] ?? [from]) : from;
  return { kind: 1, gateway, from, to, work: randomUUID() };
};

const send = async (asked: Asked): Promise<void> => {
  const door = doors[asked.gateway] as Door;
  const agent = plan.agents[asked.from];
  const receiver = plan.agents[asked.to];
  const pressure = pressures[asked.gateway] as Pressure;
  if (agent === undefined) return;
  const kind = asked.kind === 0 ? 'guard' : 'intent';
  if (!pressure.takes(kind)) return void (skipped += 1);
  const [path, body] =
    receiver === undefined || asked.work === null
      ? ['/v1/guard', GUARD_BODY]
      : ['/v1/intents', intentBody(receiver.address, asked.work)];
  const answer = await door.post(path, agent.apiKey, body);
  pressure.ended(kind);
  if (kind === 'guard') pressure.felt(answer.endMs - answer.sentMs, answer.endMs);
  // Only now: what is reported meanwhile takes the rows with it.
  rows.push(rowOf(asked, answer));
};

const report = (): void => {
  if (rows.length === 0) return;
  tell({ kind: 'attempts', rows });
  rows = [];
};

const dueBy = (ms: number): number => Math.floor(((ms - startedMs) * plan.rate) / 1000);

const tick = (): void => {
  watch.look(nowMs());
  const due = dueBy(nowMs());
  for (; issued < due; issued += 1) void send(next());
};

const start = (): void => {
  startedMs = nowMs();
  [issued, skipped] = [0, 0];
  watch = new StallWatch(startedMs);
  ticking = setInterval(tick, TICK_MS);
};

const stop = async (): Promise<void> => {
  if (ticking !== null) clearInterval(ticking);
  // What the hammer had no time for was due as well.
  skipped += Math.max(0, dueBy(nowMs()) - issued);
  while (doors.some((door) => door.inFlight > 0))
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  report();
  tell({ kind: 'stopped', skipped, stalls: watch.stalls });
};

const workspaceOf = ({ address }: HammerAgent): string =>
  address.slice(0, address.lastIndexOf('/'));

const colleaguesOf = ({ agents }: HammerPlan): number[][] =>
  agents.map((agent) =>
    agents.flatMap((it, at) => (workspaceOf(it) === workspaceOf(agent) ? [at] : [])),
  );

const setup = (given: HammerPlan): void => {
  plan = given;
  colleagues = colleaguesOf(plan);
  random = new Random(plan.seed);
  doors = plan.gateways.map(({ url }) => new Door(url));
  pressures = plan.gateways.map(() => new Pressure());
  tell({ kind: 'ready', clockMs: nowMs() });
};

setInterval(report, REPORT_MS);
process.on('message', (order: HammerOrder) => {
  if (order.kind === 'setup') setup(order.plan);
  if (order.kind === 'start') start();
  if (order.kind === 'stop') void stop();
});
process.once('disconnect', () => process.exit());
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
