import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { optionsOf, Progress, wholeNumber } from '../options.js';
import { find, type Found } from './find.js';
import { mutants } from './mutants.js';
import { compileSound } from './plant.js';

/** `npm run simulate:mutants`: plants every bug in turn, and counts the seeds until its own check names it. */
const root = process.cwd();
const knownFile = join(root, 'test', 'simulation', 'mutants', 'known-seeds.json');
const values = optionsOf({
  seeds: { type: 'string', default: '500' },
  from: { type: 'string', default: '1' },
  only: { type: 'string' },
  quick: { type: 'boolean', default: false },
  update: { type: 'boolean', default: false },
  counts: { type: 'boolean', default: false },
});
const seeds = wholeNumber('seeds', values.seeds, 1);
const from = wholeNumber('from', values.from);
const chosen = mutants.filter(({ name }) => values.only === undefined || name === values.only);
if (chosen.length === 0) {
  console.error(
    `there is no planted bug "${values.only}"; they are: ${mutants.map(({ name }) => name).join(', ')}`,
  );
  process.exit(2);
}

const known = JSON.parse(readFileSync(knownFile, 'utf8')) as Record<string, number>;
const folder = mkdtempSync(join(tmpdir(), 'estop-mutants-'));
const progress = new Progress();
const widthOf = Math.max(...mutants.map(({ name }) => name.length));
const verdictOf = ({ check, scenario, seed, tried }: Found): string =>
  check === null
    ? `SURVIVES ${tried} seeds`
    : `${check.padEnd(9)} seed ${String(seed).padEnd(5)} after ${String(tried).padEnd(4)} in ${scenario}`;

let surviving = 0;
try {
  const sound = join(folder, 'sound');
  compileSound(root, sound);
  for (const [index, mutant] of chosen.entries()) {
    progress.say(`${index + 1} of ${chosen.length}: ${mutant.name}`);
    const seed = known[mutant.name];
    const range = values.quick ? { from: seed ?? from, seeds: 1 } : { from, seeds };
    const found = await find({ root, sound, mutant }, range);
    if (found.check === null) surviving += 1;
    else if (values.update) known[mutant.name] = found.seed;
    progress.end();
    console.log(`${mutant.name.padEnd(widthOf)}  ${verdictOf(found)}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (values.update) writeFileSync(knownFile, `${JSON.stringify(known, null, 2)}\n`);
console.log(
  `${chosen.length - surviving} of ${chosen.length} planted bugs found, each by a check of its own`,
);
if (values.counts) console.log(`${chosen.length - surviving} passed, ${surviving} failed`);
process.exitCode = surviving > 0 ? 1 : 0;
