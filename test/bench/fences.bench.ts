import { setTimeout as wait } from 'node:timers/promises';
import { scrape, total, type Sample } from '../e2e/scrape.js';
import type { Outcome, Settings } from './bench.js';
import { onRound } from './bench.js';
import { BusyMachine } from './fences/busy-machine.js';
import { atMost, judged, tableOf } from './judging.js';
import { onMesh, type MeshStage } from './stage/mesh-stage.js';

/**
 * Nothing is broken, the machine is only busy: how often does a gateway lose its lease? Counted by the gateways themselves, and
 * by an agent that asks each of them all the time.
 */
const MINUTES = 10;
const LOAD = 0.9;
const LOOK_EVERY_MS = 1000;
const LOAD_LEAST = 0.85;
const FENCES = 'estop_gateway_fences_total';
const LEASE_AGE = 'estop_lease_age_seconds';

export interface FencesReport {
  readonly minutes: number;
  /** How busy all processors were, from 0 to 1. */
  readonly load: number;
  /** By gateway. */
  readonly fences: Readonly<Record<string, number>>;
  readonly requests: number;
  /** Of those, answered 503 for want of a proof, or not at all. */
  readonly fenced: number;
  readonly failed: number;
  /** The oldest proof that a look every second saw, milliseconds. */
  readonly oldest_proof_ms: number;
}

interface Look {
  readonly fences: Readonly<Record<string, number>>;
  readonly oldestMs: number;
}

/** None while it has no proof: that is a fence, and counted as one. */
const agesMs = (samples: readonly Sample[]): number[] =>
  samples
    .filter(({ name, value }) => name === LEASE_AGE && Number.isFinite(value))
    .map(({ value }) => value * 1000);

const look = async ({ mesh }: MeshStage): Promise<Look> => {
  const all = await Promise.all(
    mesh.gateways.map(async ({ id, url }) => ({ id, samples: await scrape(url) })),
  );
  for (const { id, samples } of all)
    if (!samples.some(({ name }) => name === FENCES))
      throw new Error(`${id} tells nothing of ${FENCES}`);
  return {
    fences: Object.fromEntries(all.map(({ id, samples }) => [id, total(samples, FENCES)])),
    oldestMs: Math.max(0, ...all.flatMap(({ samples }) => agesMs(samples))),
  };
};

const measured = async (stage: MeshStage, minutes: number): Promise<FencesReport> => {
  const machine = new BusyMachine(LOAD);
  const before = await look(stage);
  await stage.hammering.start();
  await machine.start();
  const startedMs = performance.now();
  const seconds = Math.ceil(minutes * 60);
  let oldestMs = 0;
  let after = before;
  for (let second = 1; second <= seconds; second += 1) {
    await wait(Math.max(0, startedMs + second * LOOK_EVERY_MS - performance.now()));
    after = await look(stage);
    oldestMs = Math.max(oldestMs, after.oldestMs);
    onRound(second, seconds);
  }
  const load = await machine.stop();
  const answers = await stage.hammering.stop();
  const sum = (pick: (it: (typeof answers)[number]) => number): number =>
    answers.reduce((all, it) => all + pick(it), 0);
  return {
    ...{ minutes, load, oldest_proof_ms: oldestMs },
    fences: Object.fromEntries(
      Object.entries(after.fences).map(([id, count]) => [id, count - (before.fences[id] ?? 0)]),
    ),
    requests: sum(({ admitted, refused, fenced, failed }) => admitted + refused + fenced + failed),
    fenced: sum(({ fenced }) => fenced),
    failed: sum(({ failed }) => failed),
  };
};

const tableOfFences = (report: FencesReport): string =>
  [
    `False fences in ${report.minutes} minutes, all processors ${(report.load * 100).toFixed(0)} % busy`,
    '',
    tableOf(
      ['gateway', 'fences'],
      Object.entries(report.fences).map(([id, count]) => [id, String(count)]),
    ),
    '',
    `${report.requests} requests of a healthy agent: ${report.fenced} answered 503, ${report.failed} not answered; ` +
      `the oldest proof seen was ${report.oldest_proof_ms.toFixed(0)} ms old`,
  ].join('\n');

export const runFencesBench = async (settings: Settings): Promise<Outcome> => {
  const minutes = settings.minutes ?? MINUTES;
  const report = await onMesh((stage) => measured(stage, minutes));
  const fences = Object.values(report.fences).reduce((all, count) => all + count, 0);
  const voids = [
    minutes < MINUTES ? `${minutes} minutes, and ${MINUTES} are the least that count` : null,
    report.load < LOAD_LEAST
      ? `the machine was only ${(report.load * 100).toFixed(0)} % busy`
      : null,
  ];
  return {
    report,
    table: tableOfFences(report),
    judged: [
      judged(atMost(`false fences in ${minutes} minutes at 90 % CPU`, 0, 'fences'), fences),
      judged(atMost('requests refused for want of a proof', 0, 'requests'), report.fenced),
    ],
    void: voids.find((why) => why !== null) ?? null,
  };
};
