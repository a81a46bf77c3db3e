import type { Finding, getDoctor, NodeEntry, RegionEntry } from '#contracts';
import type { AnswerOf } from '#sdk';
import { gatewayTable } from './fleet.js';
import { millis } from './gateway-answers.js';
import type { Paint } from './paint.js';
import { table, type Cell } from './table.js';
import { counted, shown, when } from './words.js';

type Doctor = AnswerOf<typeof getDoctor>;

/** What is wrong and what to do comes first; then nodes, gateways and regions. */
export const doctorReport = (doctor: Doctor, paint: Paint): string =>
  [
    headline(doctor, paint),
    `  checked    ${when(doctor.checked_at)}`,
    `  log        ${logText(doctor, paint)}`,
    ...doctor.problems.flatMap((problem) => findingLines(problem, paint)),
    '',
    ...(doctor.nodes.length === 0
      ? [paint.red('No control node is a member of this mesh.')]
      : [nodeTable(doctor.nodes, paint)]),
    '',
    ...(doctor.gateways.length === 0
      ? [paint.red('No gateway is a member of this mesh.')]
      : [gatewayTable(doctor.gateways, paint)]),
    ...(doctor.regions.length === 0 ? [] : ['', regionTable(doctor.regions, paint)]),
  ].join('\n');

const headline = ({ ok, problems, regions }: Doctor, paint: Paint): string => {
  const idle = regions.filter(({ armed }) => !armed).map(({ region }) => region);
  if (!ok) return paint.red(`NOT WELL  ${counted(problems.length, 'problem')}`);
  if (idle.length > 0) return paint.red(`NOT ARMED  ${idle.join(', ')}`);
  const warnings = problems.filter(({ severity }) => severity === 'warning').length;
  return warnings === 0
    ? paint.green('WELL  a stop could be proven now')
    : paint.yellow(`WELL  a stop could be proven now, with ${counted(warnings, 'warning')}`);
};

const logText = ({ log }: Doctor, paint: Paint): string => {
  if (!log.available)
    return paint.red('no leader or no way to it: stops take effect, nothing can be lifted');
  return `at ${log.position}, read to its end ${log.age_ms === null ? '-' : `${millis(log.age_ms)} ago`}`;
};

const findingLines = ({ severity, what, cure }: Finding, paint: Paint): readonly string[] => {
  const tone = { critical: paint.red, warning: paint.yellow, info: paint.dim }[severity];
  return ['', tone(`${severity.toUpperCase()}  ${shown(what)}`), `  ${shown(cure)}`];
};

const nodeTable = (nodes: readonly NodeEntry[], paint: Paint): string =>
  table(
    ['NODE', 'STATE', 'LAST ECHO', 'SPOOLED', 'KEY', 'URL'],
    nodes.map((node) => [
      node.self ? `${node.node} (this one)` : node.node,
      nodeState(node.state, paint),
      node.echo_age_ms === null ? '-' : `${millis(node.echo_age_ms)} ago`,
      node.spooled === null ? '-' : String(node.spooled),
      node.key_id,
      node.url === null ? '-' : shown(node.url),
    ]),
    paint,
  );

const nodeState = (state: NodeEntry['state'], paint: Paint): Cell => {
  if (state === 'silent') return { text: 'SILENT', paint: paint.red };
  return { text: state, paint: state === 'ready' ? paint.green : paint.yellow };
};

const regionTable = (regions: readonly RegionEntry[], paint: Paint): string =>
  table(
    ['REGION', 'GATEWAYS', 'ARMED', 'TRIED OUT', 'CANARY'],
    regions.map((one) => [
      one.region,
      String(one.gateways),
      one.armed ? { text: 'yes', paint: paint.green } : { text: 'NO', paint: paint.red },
      one.arming_age_seconds === null ? 'never' : `${Math.round(one.arming_age_seconds)} s ago`,
      canaryText(one.canary, paint),
    ]),
    paint,
  );

const canaryText = (canary: RegionEntry['canary'], paint: Paint): Cell => {
  if (canary === null) return '-';
  if (canary.state === 'failed')
    return { text: `FAILED: ${shown(canary.problem ?? 'no word why')}`, paint: paint.red };
  return `halted in ${millis(canary.halted_after_ms)}, resumed in ${millis(canary.resumed_after_ms)}`;
};
