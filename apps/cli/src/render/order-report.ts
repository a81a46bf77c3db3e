import { formatSelector, type GatewayAnswer } from '#contracts';
import type { Order } from '#sdk';
import type { Paint } from './paint.js';
import { table, type Cell } from './table.js';
import { counted, quoted, reasonText, stopped, when } from './words.js';

export interface ReportView {
  readonly order: Order;
  readonly confirmed: boolean;
  /** The target as it was typed, for the next command. */
  readonly typed: string;
  /** What the logs hold of it beyond the answers of the gateways. */
  readonly record?: readonly string[];
}

/** What somebody reads at 3 a.m.: who, what, the proof for each gateway, what is missing, and what to type next. */
export const orderReport = (view: ReportView, paint: Paint): string =>
  [
    headline(view, paint),
    ...facts(view, paint),
    '',
    ...gatewayTable(view.order.gateways, paint),
    ...missing(view.order, paint),
    ...(view.record ?? []),
    ...nextSteps(view, paint),
  ].join('\n');

const headline = ({ order, confirmed }: ReportView, paint: Paint): string => {
  const scope = formatSelector(order.selector);
  if (!confirmed) return paint.red(`${order.mode.toUpperCase()} ORDERED, NOT CONFIRMED  ${scope}`);
  const ms = slowestMs(order.gateways);
  const time = ms === null || !order.changed ? '' : `  in ${ms} ms`;
  return paint.green(`${stopped[order.mode]}  ${scope}${time}`);
};

const facts = ({ order }: ReportView, paint: Paint): readonly string[] => {
  const { acked, of } = order.effective;
  const actor = `${order.actor.kind} ${order.actor.id}, ${when(order.ordered_at)}`;
  const repeat = order.changed ? '' : paint.yellow('  (it stood already; nothing was changed)');
  return [
    `  order      ${order.order_id}${repeat}`,
    `  by         ${actor}`,
    `  reason     ${reasonText(order.reason)}`,
    ...(order.drain_until
      ? [`  drains     until ${when(order.drain_until)}, then it is a halt`]
      : []),
    ...(order.expires_at ? [`  expires    ${when(order.expires_at)}`] : []),
    `  effective  ${acked} of ${counted(of, 'gateway')}`,
    `  committed  ${order.committed ? 'yes, in the control log' : paint.red('not yet')}`,
    `  contained  ${contained(order.contained, paint)}`,
  ];
};

const contained = (value: boolean | null, paint: Paint): string => {
  if (value === null) return 'not known';
  return value ? 'yes, everywhere' : paint.red('not yet');
};

const slowestMs = (gateways: readonly GatewayAnswer[]): number | null => {
  const times = gateways.flatMap(({ applied_after_ms: ms }) => (ms === null ? [] : [ms]));
  return times.length === 0 ? null : Math.ceil(Math.max(...times));
};

const gatewayTable = (gateways: readonly GatewayAnswer[], paint: Paint): readonly string[] =>
  gateways.length === 0
    ? [paint.red('No gateway is a member of this mesh, so nothing enforces the order.')]
    : [
        table(
          ['REGION', 'GATEWAY', 'STATE', 'AFTER', 'CUT'],
          gateways.map((g) => row(g, paint)),
          paint,
        ),
      ];

const row = (answer: GatewayAnswer, paint: Paint): readonly Cell[] => [
  answer.region,
  answer.gateway,
  answer.state === 'missing' ? { text: 'MISSING', paint: paint.red } : answer.state,
  answer.applied_after_ms === null ? '-' : `${Math.ceil(answer.applied_after_ms)} ms`,
  answer.cut === null
    ? '-'
    : `${counted(answer.cut.streams, 'stream')}, ${counted(answer.cut.calls, 'call')}`,
];

const missing = ({ gateways }: Order, paint: Paint): readonly string[] => {
  const names = gateways
    .filter(({ state }) => state === 'missing')
    .map(({ gateway, region }) => `${gateway} (${region})`);
  if (names.length === 0) return [];
  const text = `No word yet from ${names.join(', ')}. The agent may still run there.`;
  return ['', paint.red(text)];
};

/** As it was typed, unless that was the order itself. */
const agentOf = (typed: string, agent: string): string =>
  typed.startsWith('stop_') ? agent : quoted(typed);

const nextSteps = ({ order, confirmed, typed }: ReportView, paint: Paint): readonly string[] => {
  const target = quoted(typed);
  const capability = order.selector.capability;
  const narrowed = capability === undefined ? '' : ` --capability ${quoted(capability)}`;
  const steps = [
    ...(confirmed ? [] : [`estop orders show ${order.order_id}`]),
    ...(order.reason === null
      ? [`estop orders reason ${order.order_id} "why it was stopped"`]
      : []),
    ...('agent' in order.selector ? [`estop why ${agentOf(typed, order.selector.agent)}`] : []),
    `estop resume ${target}${narrowed} --reason "what was fixed"`,
  ];
  return ['', paint.dim('Next:'), ...steps.map((step) => `  ${step}`)];
};
