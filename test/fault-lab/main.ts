import { Lab } from './lab.js';
import { BadOption, readOptions, type Options } from './options.js';
import { isBroken, summaryOf, tableOf, type Entry } from './report/report.js';
import { nowMs } from './time.js';

/** `npm run fault-lab`: real processes, real faults, judged from the outside. */
const say = (line: string): void => void process.stderr.write(`fault-lab: ${line}\n`);

const options = ((): Options => {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof BadOption)) throw error;
    say(error.message);
    return process.exit(2);
  }
})();

const lab = new Lab({ rate: options.rate, say });
const entries: Entry[] = [];
let stopping = false;

const conclude = (): void => {
  if (options.json) console.log(JSON.stringify({ entries }));
  else console.log(`\n${tableOf(entries)}\n\n${summaryOf(entries)}`);
};

const stop = async (code: number): Promise<void> => {
  if (stopping) return;
  stopping = true;
  await lab.close();
  process.exit(code);
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => void stop(130));
process.once('disconnect', () => void stop(130));

const endMs = options.minutes === null ? 0 : nowMs() + options.minutes * 60_000;
let { seed } = options;
do {
  for (const row of options.rows) {
    if (stopping || (entries.length > 0 && endMs > 0 && nowMs() > endMs)) break;
    entries.push(await lab.episode(row, seed));
    seed += 1;
  }
} while (nowMs() < endMs && !stopping);
if (!stopping) {
  conclude();
  await stop(entries.some(isBroken) ? 1 : 0);
}
