import { optionsOf, Progress, wholeNumber } from '../simulation/options.js';
import { INVARIANTS } from './checker.js';
import { findAll } from './mutants/main.js';
import { type Outcome, simulate } from './simulate.js';

/** `npm run simulate:budgets`: plays seeded histories of one cap, and names the promise that broke. */
const values = optionsOf({
  seeds: { type: 'string', default: '1000' },
  from: { type: 'string', default: '1' },
  mutants: { type: 'boolean', default: false },
  only: { type: 'string' },
  counts: { type: 'boolean', default: false },
});
const seeds = wholeNumber('seeds', values.seeds, 1);
const from = wholeNumber('from', values.from);

const print = ({ seed, scenario, violations }: Outcome): void => {
  console.log(`seed ${seed}: ${scenario}`);
  for (const { atMs, invariant, detail } of violations)
    console.log(`BROKEN ${invariant} at ${atMs.toFixed(1)} ms: ${detail}`);
};

const playAll = (): void => {
  const startedMs = performance.now();
  const progress = new Progress();
  const sum = { reserved: 0, exceeded: 0, unavailable: 0, authorizations: 0 };
  const failed = new Set<string>();
  let simulatedMs = 0;
  for (let seed = from; seed < from + seeds; seed += 1) {
    const outcome = simulate(seed);
    for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += outcome.totals[key];
    simulatedMs += outcome.simulatedMs;
    if (outcome.violations.length > 0) {
      progress.end();
      print(outcome);
      for (const { invariant } of outcome.violations) failed.add(invariant);
      process.exitCode = 1;
    }
    progress.say(`${seed - from + 1} of ${seeds} histories`);
  }
  progress.end();
  const tookMs = performance.now() - startedMs;
  console.log(
    `${seeds} histories ${failed.size === 0 ? 'held' : 'played'}: ${sum.reserved} reservations, ${sum.authorizations} ` +
      `authorizations, ${sum.exceeded} declined, ${sum.unavailable} unavailable, ${(simulatedMs / 1000).toFixed(0)} s ` +
      `simulated in ${(tookMs / 1000).toFixed(1)} s`,
  );
  if (values.counts)
    console.log(`${INVARIANTS.length - failed.size} passed, ${failed.size} failed`);
};

if (values.mutants) await findAll({ ...values, seeds: Math.min(seeds, 500), from });
else playAll();
