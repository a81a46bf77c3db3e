import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { mutants } from './mutants.js';
import { compileSound, plant } from './plant.js';

/** Plants every bug in turn and counts the seeds until the checker names it. Run from the top of the repository. */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '3000' },
    from: { type: 'string', default: '1' },
    only: { type: 'string' },
  },
});
const [most, from] = [Number(values.seeds), Number(values.from)];
if (!Number.isSafeInteger(most) || !Number.isSafeInteger(from) || most < 1 || from < 0) {
  console.error('--seeds and --from must be whole numbers');
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), 'estop-mutants-'));
const chosen = mutants.filter(({ name }) => values.only === undefined || name === values.only);
let surviving = 0;
try {
  const sound = join(folder, 'sound');
  compileSound(process.cwd(), sound);
  for (const mutant of chosen) {
    const simulate = await plant(process.cwd(), sound, mutant);
    let found: string | null = null;
    let tried = 0;
    while (found === null && tried < most) {
      found = simulate(from + tried).violations[0]?.invariant ?? null;
      tried += 1;
    }
    if (found === null) surviving += 1;
    const verdict = found === null ? `SURVIVES ${most} seeds` : `${found} after ${tried} seeds`;
    console.log(`${mutant.name.padEnd(38)} ${verdict}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${chosen.length - surviving} of ${chosen.length} planted bugs found`);
process.exitCode = surviving > 0 || chosen.length === 0 ? 1 : 0;
