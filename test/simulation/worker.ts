import { parentPort, workerData } from 'node:worker_threads';
import { simulate } from './simulate.js';
import { emptyTotals, type Share, type Word } from './totals.js';

/** Plays one share of the seeds, and tells of its progress and of the first history that broke. */
const { from, to, step } = workerData as Share;
const tell = (word: Word): void => parentPort?.postMessage(word);

const PROGRESS_EVERY_MS = 500;
let totals = emptyTotals();
let toldMs = performance.now();
for (let seed = from; seed < to; seed += step) {
  const { simulatedMs, orders, contained, scenario, violations } = simulate(seed);
  totals.histories += 1;
  totals.simulatedMs += simulatedMs;
  totals.orders += orders;
  totals.contained += contained;
  totals.scenarios[scenario] = (totals.scenarios[scenario] ?? 0) + 1;
  const isBroken = violations.length > 0;
  if (!isBroken && performance.now() - toldMs < PROGRESS_EVERY_MS) continue;
  toldMs = performance.now();
  tell({ totals, brokenSeed: isBroken ? seed : null });
  totals = emptyTotals();
  if (isBroken) break;
}
tell({ totals, brokenSeed: null });
