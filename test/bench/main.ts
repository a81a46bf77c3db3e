import { benches, type BenchName } from './benches.js';
import type { Outcome } from './bench.js';
import { judgementTable, lineOf } from './judging.js';
import { BadOption, readOptions } from './options.js';

/** `npm run bench`: every number the project promises, measured, and judged by what was promised. */
const names = Object.keys(benches) as BenchName[];

const options = (() => {
  try {
    return readOptions(process.argv.slice(2), names);
  } catch (error) {
    if (!(error instanceof BadOption)) throw error;
    console.error(`bench: ${error.message}`);
    return process.exit(2);
  }
})();

const say = ({ table, judged, void: why }: Outcome): void => {
  const verdict =
    options.show === 'markdown' ? [judgementTable(judged)] : judged.map((it) => lineOf(it));
  const lines = [table, ...(judged.length > 0 ? ['', ...verdict] : [])];
  console.log(`\n${[...lines, ...(why === null ? [] : ['', `Void: ${why}.`])].join('\n')}`);
};

const outcomes: Partial<Record<BenchName, object>> = {};
let isVoid = false;
for (const name of options.names) {
  const { takes, run } = benches[name];
  process.stderr.write(`bench: ${name}, about ${takes}\n`);
  const outcome = await run(options);
  isVoid ||= outcome.void !== null;
  outcomes[name] = { ...outcome.report, judged: outcome.judged, void: outcome.void };
  if (options.show !== 'json') say(outcome);
}
if (options.show === 'json') console.log(JSON.stringify(outcomes));
process.exitCode = isVoid ? 1 : 0;
