import { parseArgs } from 'node:util';
import { gatewayTable, runGatewayBench } from './gateway.bench.js';
import { auditTable, runAuditBench } from './audit.bench.js';
import { killTable, runKillBench } from './kill.bench.js';
import { runVerdictBench, verdictTable } from './verdict.bench.js';

/** `npm run bench`: every number the project promises, each against its baseline in the same run. */
const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, only: { type: 'string' } },
});

const benches = {
  verdict: async () => {
    const report = await runVerdictBench();
    return { report, table: verdictTable(report) };
  },
  kill: async () => {
    const report = await runKillBench();
    return { report, table: killTable(report) };
  },
  gateway: async () => {
    const report = await runGatewayBench();
    return { report, table: gatewayTable(report) };
  },
  audit: async () => {
    const report = await runAuditBench();
    return { report, table: auditTable(report) };
  },
};
type Bench = keyof typeof benches;

const isBench = (name: string): name is Bench => Object.hasOwn(benches, name);

const chosen = (): Bench[] => {
  const names = Object.keys(benches) as Bench[];
  if (values.only === undefined) return names;
  if (isBench(values.only)) return [values.only];
  console.error(`--only knows ${names.join(', ')}, not ${values.only}`);
  process.exit(2);
};

const reports: Partial<Record<Bench, object>> = {};
let anyVoid = false;
for (const name of chosen()) {
  process.stderr.write(`bench: ${name}\n`);
  const { report, table } = await benches[name]();
  reports[name] = report;
  anyVoid ||= report.void;
  if (!values.json)
    console.log(
      `\n${table}\n${report.void ? '\nVoid: the control is outside 0.95 to 1.05.\n' : ''}`,
    );
}
if (values.json) console.log(JSON.stringify(reports));
process.exitCode = anyVoid ? 1 : 0;
