import type {
  PolicyAction,
  PolicyEntry,
  PolicyFinding,
  PolicyMode,
  PolicyReport,
  PolicyTarget,
  PolicyView,
  RestrictionView,
  When,
} from '#contracts';
import type { Paint } from './paint.js';
import { spreadNote } from './spread.js';
import { table, type Cell } from './table.js';
import { counted, shown, when } from './words.js';

/** `tag:deploys@acme/production`, as it is typed. */
export const targetText = (target: PolicyTarget): string => {
  if ('agent' in target) return target.agent;
  if ('tag' in target) {
    const scope = 'namespace' in target ? target.namespace : target.org;
    return scope === undefined ? `tag:${target.tag}` : `tag:${target.tag}@${scope}`;
  }
  return 'namespace' in target ? `ns:${target.namespace}` : `org:${target.org}`;
};

const modeCell = (mode: PolicyMode, paint: Paint): Cell => ({
  text: mode,
  paint: mode === 'enforce' ? paint.red : mode === 'warn' ? paint.yellow : paint.dim,
});

export const actionText = (then: PolicyAction): string =>
  typeof then === 'string' ? then : `throttle to ${then.throttle.to} per ${then.throttle.per}`;

/** `intents over 500, per hour, direction send`. */
const conditionText = (written: When): string => {
  const [[kind, is] = ['', {}]] = Object.entries(written);
  const parts = Object.entries(is as Record<string, unknown>).map(
    ([name, value]) => `${name} ${Array.isArray(value) ? value.join(' ') : String(value)}`,
  );
  return `${kind} ${parts.join(', ')}`;
};

export const policyTable = (policies: readonly PolicyEntry[], paint: Paint): string =>
  policies.length === 0
    ? 'No policy is set.'
    : table(
        ['POLICY', 'MODE', 'WATCHES', 'RULES', 'SET', 'BY'],
        policies.map(({ name, document, set_at, set_by }) => [
          name,
          modeCell(document.mode, paint),
          targetText(document.target),
          document.rules.map(({ then }) => actionText(then)).join(', '),
          when(set_at),
          shown(set_by?.name ?? set_by?.id ?? '-'),
        ]),
        paint,
      );

const ruleLines = ({ document }: PolicyEntry): string[] =>
  document.rules.map(
    ({ when: written, then }, index) =>
      `  rules.${index}  when ${conditionText(written)}: ${actionText(then)}`,
  );

export const restrictionLines = (restrictions: readonly RestrictionView[]): string[] =>
  restrictions.map(({ address, policy, rule, per_second, until }) => {
    const what = per_second === 0 ? 'blocked' : `at most ${per_second} acts per second`;
    return `  ${address}  ${what} until ${when(until)}, by ${policy} rules.${rule}`;
  });

export const policyDetails = (policy: PolicyView, paint: Paint): string =>
  [
    `${policy.name}  ${paint.bold(policy.document.mode)}  watches ${targetText(policy.document.target)}`,
    `  version ${policy.version ?? '-'}, set ${when(policy.set_at)} by ${shown(policy.set_by?.name ?? policy.set_by?.id ?? '-')}`,
    ...(policy.document.description ? [`  ${shown(policy.document.description)}`] : []),
    ...ruleLines(policy),
    `  at most ${counted(policy.document.max_stops_per_minute, 'stop')} a minute, ${policy.document.cooldown_seconds} s between two`,
    watchLine(policy.watches),
    ...(policy.restricts.length === 0
      ? []
      : ['', 'It restricts:', ...restrictionLines(policy.restricts)]),
  ].join('\n');

const watchLine = ({ agents, sample }: PolicyReport['watches']): string => {
  const more = agents > sample.length ? ', …' : '';
  return agents === 0
    ? '  it watches no agent that is registered now'
    : `  it watches ${counted(agents, 'agent')} now: ${sample.join(', ')}${more}`;
};

export const findingLines = (
  findings: readonly PolicyFinding[],
  paint: Paint,
  lineOf: (path: string) => number | null = () => null,
): string[] =>
  findings.map(({ level, path, message }) => {
    const line = lineOf(path);
    const place = [path, line === null ? '' : `(line ${line})`].filter(Boolean).join(' ');
    const word = level === 'error' ? paint.red(level) : paint.yellow(level);
    return `${word}  ${place === '' ? '' : `${shown(place)}: `}${shown(message)}`;
  });

export const policyReport = (report: PolicyReport, paint: Paint): string => {
  const { policy, warnings, watches } = report;
  return [
    reportHead(report, paint),
    ...ruleLines(policy),
    watchLine(watches),
    ...findingLines(warnings, paint),
    ...confirmationLine(report, paint),
  ].join('\n');
};

const reportHead = (report: PolicyReport, paint: Paint): string => {
  const { policy, changed, dry_run, effective, missing = [] } = report;
  const { mode } = policy.document;
  if (dry_run) {
    const planned = changed ? 'would be set' : 'stands so already';
    return paint.yellow(`${policy.name} ${planned}, mode ${mode}.`);
  }
  const done = paint.green(
    `${policy.name} ${changed ? 'is set' : 'stood so already'}, mode ${mode}.`,
  );
  return effective ? done + spreadNote({ effective, missing }) : done;
};

const confirmationLine = ({ dry_run, confirm }: PolicyReport, paint: Paint): string[] =>
  dry_run && confirm !== null
    ? [paint.yellow(`It may stop every agent of ${confirm}: that will be asked.`)]
    : [];
