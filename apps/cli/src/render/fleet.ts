import type { GatewayEntry, MeshAgent, MeshSummary, OrderReport } from '#contracts';
import { formatSelector } from '#contracts';
import type { Paint } from './paint.js';
import { table, type Cell } from './table.js';
import { ago, counted, reasonText, shown, when } from './words.js';

const healthPaint = (health: string, paint: Paint): Cell => {
  if (health === 'healthy') return { text: health, paint: paint.green };
  return ['unknown', 'degraded', 'draining'].includes(health)
    ? { text: health, paint: paint.yellow }
    : { text: health, paint: paint.red };
};

export const agentTable = (agents: readonly MeshAgent[], nowMs: number, paint: Paint): string =>
  table(
    ['AGENT', 'HEALTH', 'HEARTBEAT', 'INTENTS', 'COST', 'TAGS', 'STOP'],
    agents.map((agent) => [
      agent.address,
      healthPaint(agent.health_status, paint),
      ago(agent.last_heartbeat_at, nowMs),
      String(agent.intents_period),
      `$${agent.cost_period.toFixed(2)}`,
      agent.tags.join(',') || '-',
      agent.stop === undefined ? '-' : `${agent.stop.mode} ${agent.stop.order_id}`,
    ]),
    paint,
  );

export const summaryLine = (summary: MeshSummary): string => {
  const { total, ...states } = summary;
  const parts = Object.entries(states)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${state}`);
  return `${counted(total, 'agent')}: ${parts.join(', ') || 'none yet'}`;
};

/** Serving, or why not: where it is not a member, its phase says more than that it is fenced. */
const stateCell = ({ state, phase }: GatewayEntry, paint: Paint): Cell => {
  if (state === 'serving') return state;
  const isOutside = state === 'fenced' && phase !== null && phase !== 'member';
  return { text: (isOutside ? `fenced, ${phase}` : state).toUpperCase(), paint: paint.red };
};

export const gatewayTable = (gateways: readonly GatewayEntry[], paint: Paint): string =>
  table(
    ['REGION', 'GATEWAY', 'STATE', 'PROOF', 'BEHIND', 'LAST WORD', 'URL'],
    gateways.map((gateway) => [
      gateway.region,
      gateway.gateway,
      stateCell(gateway, paint),
      gateway.lease_age_ms === null ? '-' : `${Math.ceil(gateway.lease_age_ms)} ms old`,
      gateway.behind === null ? '-' : String(gateway.behind),
      gateway.silent_for_ms === null ? '-' : `${gateway.silent_for_ms} ms ago`,
      gateway.url === null ? '-' : shown(gateway.url),
    ]),
    paint,
  );

export const orderTable = (orders: readonly OrderReport[], paint: Paint): string =>
  table(
    ['ORDER', 'STATE', 'MODE', 'SCOPE', 'SINCE', 'BY', 'GATEWAYS', 'REASON'],
    orders.map((order) => [
      order.order_id,
      order.lifted === null ? order.state : { text: 'lifted', paint: paint.dim },
      order.mode,
      formatSelector(order.selector),
      when(order.ordered_at),
      order.actor.id,
      `${order.effective.acked}/${order.effective.of}`,
      reasonText(order.reason),
    ]),
    paint,
  );
