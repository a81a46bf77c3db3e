import { Worker } from 'node:worker_threads';
import { optionsOf, Progress, wholeNumber } from './options.js';
import { type Outcome, simulate } from './simulate.js';
import { addTotals, emptyTotals, INVARIANTS, type Totals, type Word } from './totals.js';

/** `npm run simulate`: plays seeded histories and names the invariant that broke. */
const values = optionsOf({
  seeds: { type: 'string', default: '1000' },
  from: { type: 'string', default: '1' },
  workers: { type: 'string', default: '2' },
  show: { type: 'boolean', default: false },
  counts: { type: 'boolean', default: false },
});
const seeds = wholeNumber('seeds', values.seeds, 1);
const from = wholeNumber('from', values.from);
const workers = Math.min(wholeNumber('workers', values.workers, 1), seeds);

const print = ({ seed, scenario, happenings, violations }: Outcome): void => {
  console.log(`seed ${seed}: ${scenario}`);
  for (const { atMs, who, what } of happenings)
    console.log(`${atMs.toFixed(1).padStart(10)} ms  ${who.padEnd(8)} ${what}`);
  for (const { atMs, invariant, detail } of violations)
    console.log(`BROKEN ${invariant} at ${atMs.toFixed(1)} ms: ${detail}`);
};

const sum: Totals = emptyTotals();
const progress = new Progress();
let brokenSeed: number | null = null;

/** Shares the seeds among workers; the lowest seed that broke counts. */
const playAll = async (): Promise<void> => {
  const running = Array.from({ length: workers }, (_, index) => {
    const share = { from: from + index, to: from + seeds, step: workers };
    const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: share });
    return new Promise<void>((resolve, reject) => {
      worker.on('message', ({ totals, brokenSeed: broken }: Word) => {
        addTotals(sum, totals);
        if (broken !== null) brokenSeed = Math.min(broken, brokenSeed ?? broken);
        progress.say(`${sum.histories} of ${seeds} histories`);
      });
      worker.on('error', reject);
      worker.on('exit', () => resolve());
    });
  });
  await Promise.all(running);
};

/** In this process, for whoever wants to read them. */
const showAll = (): void => {
  for (let seed = from; seed < from + seeds; seed += 1) {
    const outcome = simulate(seed, true);
    print(outcome);
    const { simulatedMs, orders, contained, scenario, violations } = outcome;
    addTotals(sum, { histories: 1, simulatedMs, orders, contained, scenarios: { [scenario]: 1 } });
    if (violations.length > 0) brokenSeed ??= seed;
  }
};

const startedMs = performance.now();
if (values.show) showAll();
else await playAll();
progress.end();
const tookMs = performance.now() - startedMs;

const failed = new Set<string>();
if (brokenSeed !== null) {
  // The same seed gives the same history, bit for bit.
  const outcome = simulate(brokenSeed, true);
  if (!values.show) print(outcome);
  for (const { invariant } of outcome.violations) failed.add(invariant);
  console.log(
    `seed ${brokenSeed} failed: npm run simulate -- --from ${brokenSeed} --seeds 1 --show`,
  );
  process.exitCode = 1;
}
console.log(
  `${sum.histories} histories ${brokenSeed === null ? 'held' : 'played'}: ${sum.orders} orders, ${sum.contained} contained, ` +
    `${Object.keys(sum.scenarios).length} scenarios, ${(sum.simulatedMs / 1000).toFixed(0)} s simulated in ` +
    `${(tookMs / 1000).toFixed(1)} s (${(sum.simulatedMs / tookMs).toFixed(0)} x real time)`,
);
// One check for each invariant, over all histories.
if (values.counts) console.log(`${INVARIANTS.length - failed.size} passed, ${failed.size} failed`);
