import { formatSelector, type AgentMark, type OrderReport } from '#contracts';
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

/** Agents that stay stopped because another order holds them. */
export const stillHeld = (agents: readonly AgentMark[], paint: Paint): readonly string[] =>
  agents.length === 0
    ? []
    : [
        paint.yellow(`  ${counted(agents.length, 'agent')} still held by another order:`),
        ...agents.map(({ address, health_status: health }) => `    ${address}  ${health}`),
      ];
