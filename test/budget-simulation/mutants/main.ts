import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Progress } from '../../simulation/options.js';
import { find, type Found } from './find.js';
import { mutants } from './mutants.js';
import { compileSound } from './plant.js';

export interface FindAllOptions {
  readonly seeds: number;
  readonly from: number;
  readonly only?: string | undefined;
  readonly counts: boolean;
}

/** Plants every bug in turn, and counts the seeds until its own check names it. */
export const findAll = async ({ seeds, from, only, counts }: FindAllOptions): Promise<void> => {
  const chosen = mutants.filter(({ name }) => only === undefined || name === only);
  if (chosen.length === 0) {
    const names = mutants.map(({ name }) => name).join(', ');
    console.error(`there is no planted bug "${only}"; they are: ${names}`);
    process.exitCode = 2;
    return;
  }
  const root = process.cwd();
  const folder = mkdtempSync(join(tmpdir(), 'estop-budget-mutants-'));
  const progress = new Progress();
  const width = Math.max(...mutants.map(({ name }) => name.length));
  let surviving = 0;
  try {
    const sound = join(folder, 'sound');
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    compileSound(root, sound);
    for (const [index, mutant] of chosen.entries()) {
      progress.say(`${index + 1} of ${chosen.length}: ${mutant.name}`);
      const found = await find({ root, sound, mutant, from, seeds });
      if (found.check === null) surviving += 1;
      progress.end();
      console.log(`${mutant.name.padEnd(width)}  ${verdictOf(found)}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const found = chosen.length - surviving;
  console.log(`${found} of ${chosen.length} planted bugs found, each by a check of its own`);
  if (counts) console.log(`${found} passed, ${surviving} failed`);
  process.exitCode = surviving > 0 ? 1 : 0;
};

const verdictOf = ({ check, scenario, seed, tried }: Found): string =>
  check === null
    ? `SURVIVES ${tried} seeds`
    : `${check.padEnd(3)} seed ${String(seed).padEnd(5)} after ${String(tried).padEnd(4)} in ${scenario}`;
