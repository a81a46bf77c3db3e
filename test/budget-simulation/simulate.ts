import type { Violation } from './checker.js';
import type { World as WorldType } from './world.js';
import { World } from './world.js';

export interface Outcome {
  readonly seed: number;
  readonly scenario: string;
  readonly violations: readonly Violation[];
  readonly totals: WorldType['totals'];
  readonly entries: number;
  readonly simulatedMs: number;
  /** Equal seeds have equal ones. */
  readonly fingerprint: string;
}

const RUN_MS = 12_000;
const QUIET_MS = 8000;
/** Idle allotments flow back within a second; a look at it comes only after that. */
const IDLE_MS = 1000;
const UNTROUBLED_MS = 3000;

/** Plays one seed. The same seed gives the same history. */
export const simulate = (seed: number): Outcome => {
  const world = new World(seed);
  const { schedule, checker, totals } = world;
  for (const gateway of world.gateways) gateway.start();
  for (const gateway of world.gateways) work(world, gateway);
  plan(world);
  watch(world);
  schedule.runUntil(RUN_MS);
  makeQuiet(world);
  schedule.runUntil(RUN_MS + QUIET_MS);
  finish(world);
  return {
    ...{ seed, scenario: world.scenario.name, violations: checker.violations, totals },
    entries: world.ledger.entries.length,
    simulatedMs: RUN_MS + QUIET_MS,
    fingerprint: `${world.ledger.entries.length}:${JSON.stringify(totals)}:${world.reference.remainders.at(-1)}`,
  };
};

const isOver = (world: World): boolean => world.schedule.nowMs >= RUN_MS;

/** Callers come in bursts, with pauses between them; most want little, some want too much. */
const work = (world: World, gateway: World['gateways'][number]): void => {
  const { random, schedule } = world;
  const burst = (): void => {
    if (isOver(world)) return;
    const calls = random.whole(1, 25);
    const apartMs = random.pick([1, 20, 120]);
    for (let call = 0; call < calls; call += 1)
      schedule.in(call * apartMs, () => {
        if (!isOver(world)) gateway.run(errandOf(world));
      });
    schedule.in(calls * apartMs + random.between(50, 2500), burst);
  };
  schedule.in(random.between(0, 500), burst);
};

const errandOf = ({ random, cap }: World) => {
  const whole = cap?.capMicro ?? 1;
  const size = random.fraction();
  const least = size < 0.9 ? [3000, 200] : size < 0.98 ? [60, 10] : [2, 0.5];
  const amount = Math.ceil(
    random.between(whole / (least[0] as number), whole / (least[1] as number)),
  );
  const way = random.pick(['at_once', 'at_once', 'later', 'authorize'] as const);
  return { amount, way };
};

const plan = (world: World): void => {
  const { scenario, random, schedule } = world;
  const often = (is: boolean, fromMs: number, toMs: number, run: () => void): void => {
    if (!is) return;
    const again = (): void => {
      if (isOver(world)) return;
      run();
      schedule.in(random.between(fromMs, toMs), again);
    };
    schedule.in(random.between(fromMs / 2, toMs), again);
  };
  often(scenario.partitions, 1500, 5000, () => partition(world));
  often(scenario.restarts, 2000, 5000, () => restart(world));
  often(scenario.caps, 1500, 5000, () => changeCap(world));
  often(scenario.topUps, 3000, 6000, () => topUp(world));
  often(scenario.clockSteps, 2000, 6000, () => {
    world.troubledMs = schedule.nowMs;
    world.ledger.stepClock(random.pick([-60_000, -2000, -300, 300, 2000, 60_000]));
  });
};

const partition = ({ random, schedule, gateways }: World): void => {
  const gateway = random.pick(gateways);
  if (!gateway.isUp || gateway.isCut) return;
  gateway.cut(random.chance(0.5));
  schedule.in(random.between(200, 4000), () => gateway.heal());
};

const restart = ({ random, schedule, gateways }: World): void => {
  const gateway = random.pick(gateways);
  if (!gateway.isUp) return;
  gateway.crash();
  schedule.in(random.between(50, 2000), () => gateway.start());
};

const changeCap = (world: World): void => {
  const { random, cap } = world;
  const now = cap?.capMicro ?? 1_000_000;
  const next = random.pick([
    now * 2,
    now + 100_000,
    Math.floor(now / 2),
    Math.floor(now / 10),
    0,
    null,
  ]);
  world.setCap(next === null ? null : Math.min(next, 50_000_000));
};

const topUp = (world: World): void => {
  const { random, cap, ledger } = world;
  if (cap === null) return;
  const untilMs = ledger.clockMs + random.whole(500, 4000);
  const amountMicro = random.pick([cap.capMicro, Math.ceil(cap.capMicro / 4)]);
  world.setCap(cap.capMicro, [...cap.topUps.slice(-20), { amountMicro, untilMs }]);
};

/** Looks at idle gateways four times a second. */
const watch = (world: World): void => {
  const { schedule, checker, gateways, reference } = world;
  const look = (): void => {
    checker.tick();
    const nowMs = schedule.nowMs;
    for (const gateway of gateways) {
      const quietMs = nowMs - Math.max(gateway.troubledMs, world.troubledMs);
      const isWatched = gateway.isUp && !gateway.isCut && quietMs > UNTROUBLED_MS;
      if (!isWatched || nowMs - gateway.busyMs < IDLE_MS) continue;
      const idle = reference.holding(gateway.holder) - gateway.reserved(reference.period);
      if (idle !== 0) checker.fail('B4', `${gateway.name} holds ${idle} idle`);
    }
    schedule.in(100, look);
  };
  look();
};

/** Every fault ends, and everybody who died comes back. */
const makeQuiet = (world: World): void => {
  world.ledger.calmDown();
  for (const gateway of world.gateways) {
    if (gateway.isCut) gateway.heal();
    if (!gateway.isUp) gateway.start();
  }
};

const finish = (world: World): void => {
  const { gateways, checker, scenario, reference } = world;
  for (const gateway of gateways) {
    if (gateway.fold !== null) checker.agreesOnPeriods(gateway.holder, gateway.fold);
    if (gateway.isStuck) checker.fail('B7', `${gateway.name} never comes to rest`);
    if (reference.holding(gateway.holder) !== 0)
      checker.fail('B4', `${gateway.name} holds something at the end`);
  }
  const isTold = !scenario.restarts && !scenario.clockSteps && reference.periods <= 2;
  checker.final(isTold);
};
