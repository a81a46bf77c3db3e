import { formatSelector, type GatewayAnswer } from '#contracts';
import type { Order } from '#sdk';
import { answerTable, millis, namesOf } from './gateway-answers.js';
import type { Paint } from './paint.js';
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
    ...silent(view.order, paint),
    ...(view.record ?? []),
    ...nextSteps(view, paint),
  ].join('\n');

const headline = ({ order, confirmed }: ReportView, paint: Paint): string => {
  const scope = formatSelector(order.selector);
  if (!confirmed) return paint.red(`${order.mode.toUpperCase()} ORDERED, NOT CONFIRMED  ${scope}`);
  const ms = order.contained_after_ms ?? slowestMs(order.gateways);
  const time = ms === null || !order.changed ? '' : `  in ${millis(ms)}`;
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
    `  committed  ${order.committed ? 'yes, in the control log' : paint.red(UNCOMMITTED)}`,
    `  contained  ${containedText(order, paint)}`,
    ...wished(order, paint),
  ];
};

const UNCOMMITTED = 'not yet: on the disk of a control node, which adds it when the log is back';

const containedText = (order: Order, paint: Paint): string => {
  if (!order.contained) return paint.red('not proven yet');
  const { contained_after_ms: ms, changed } = order;
  return `yes, proven for every gateway${ms === null || !changed ? '' : ` after ${millis(ms)}`}`;
};

/** One person wants to lift it; what the other has to type. */
const wished = ({ order_id: id, lift_request: wish }: Order, paint: Paint): readonly string[] => {
  if (wish === null) return [];
  const { requested_by: by, expires_at: until, reason } = wish;
  return [
    paint.yellow(
      `  lift       asked for by ${by.kind} ${by.id} until ${when(until)}: ${reasonText(reason)}`,
    ),
    `             a second person confirms: estop resume ${id} --reason "…"`,
  ];
};

const slowestMs = (gateways: readonly GatewayAnswer[]): number | null => {
  const times = gateways.flatMap(({ applied_after_ms: ms }) => (ms === null ? [] : [ms]));
  return times.length === 0 ? null : Math.max(...times);
};

const gatewayTable = (gateways: readonly GatewayAnswer[], paint: Paint): readonly string[] =>
  gateways.length === 0
    ? [paint.red('No gateway is a member of this mesh, so nothing enforces the order.')]
    : [answerTable(gateways, 'CUT', paint)];

/** By name, where a gateway has not said that it stopped. */
const silent = ({ gateways, contained }: Order, paint: Paint): readonly string[] => {
  const missing = namesOf(gateways, 'missing');
  const fenced = namesOf(gateways, 'fenced');
  const still = contained ? 'It was not needed for the proof.' : 'The agent may still run there.';
  return [
    ...(missing.length === 0
      ? []
      : ['', paint.red(`No word yet from ${missing.join(', ')}. ${still}`)]),
    ...(fenced.length === 0
      ? []
      : [
          '',
          paint.yellow(
            `${fenced.join(', ')}: no word, but every lease from before the order has run out, so nothing passes there.`,
          ),
        ]),
  ];
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
