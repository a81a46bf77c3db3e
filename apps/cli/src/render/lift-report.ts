import { formatSelector, type AgentMark, type NeedsSecond, type OrderReport } from '#contracts';
import type { Paint } from './paint.js';
import { counted } from './words.js';

/** Orders that were lifted, and what is still held. */
export const liftReport = (
  { orders, confirmed }: { orders: readonly OrderReport[]; confirmed: boolean },
  paint: Paint,
): readonly string[] => [
  ...orders.map(({ order_id: id, mode, selector, effective, gateways }) => {
    const silent = gateways
      .filter(({ state }) => state === 'missing')
      .map(({ gateway }) => gateway);
    const late = silent.length === 0 ? '' : paint.red(`, no word yet from ${silent.join(', ')}`);
    const at = `${effective.acked} of ${counted(effective.of, 'gateway')}`;
    return `  lifted ${mode} ${id} on ${formatSelector(selector)}, applied by ${at}${late}`;
  }),
  ...(confirmed
    ? []
    : [paint.red('  Not confirmed everywhere: some gateways may still refuse it for a moment.')]),
];

interface Resumed {
  readonly orders: readonly OrderReport[];
  readonly needs_second: readonly NeedsSecond[];
  readonly still_held: readonly AgentMark[];
  readonly confirmed: boolean;
}

/** What became of the orders that were to be lifted: lifted, or waiting for a second person. */
export const resumeReport = (resumed: Resumed, paint: Paint): readonly string[] => {
  const { orders, needs_second: waiters, still_held: marks, confirmed } = resumed;
  const lifted =
    orders.length === 0
      ? []
      : [
          paint.green('RESUMED'),
          ...liftReport({ orders, confirmed: confirmed || waiters.length > 0 }, paint),
        ];
  const lines = [...lifted, ...waiters.flatMap((one) => secondPerson(one, paint))];
  return lines.length === 0
    ? ['No standing order has exactly this selector: nothing was lifted.']
    : [...lines, ...stillHeld(marks, paint)];
};

/** What the second person has to know, and to type. */
const secondPerson = (waiter: NeedsSecond, paint: Paint): readonly string[] => {
  const { order_id: id, requested_by: by, expires_at: until, changed } = waiter;
  const who = by.name ?? by.id;
  return [
    paint.yellow(`NEEDS A SECOND PERSON  ${id} stands until another one confirms`),
    `  ${changed ? 'asked by' : 'was asked before by'} ${who}; the request counts until ${until}`,
    '  The second person, with a key of their own, types:',
    `    estop resume ${id} --reason "${reasonOf(waiter)}"`,
  ];
};

// What the first person wrote is shown as it can be typed again.
const reasonOf = ({ reason }: NeedsSecond): string =>
  (reason ?? 'what was wrong, and what was fixed').replace(/["\\$`]/g, '\\$&');

/** Agents that stay stopped because another order holds them. */
export const stillHeld = (agents: readonly AgentMark[], paint: Paint): readonly string[] =>
  agents.length === 0
    ? []
    : [
        paint.yellow(`  ${counted(agents.length, 'agent')} still held by another order:`),
        ...agents.map(({ address, health_status: health }) => `    ${address}  ${health}`),
      ];
