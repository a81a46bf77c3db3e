import { parseAgent } from '../arguments/target.js';
import type { Call, Command } from '../command.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { agentTable, gatewayTable, orderTable, summaryLine } from '../render/fleet.js';
import { holdTable } from '../render/hold-report.js';
import { statusBanner } from '../render/status-banner.js';
import { clock, shown } from '../render/words.js';
import { showOrder } from './orders.commands.js';

/** The mesh at a glance, or one agent in detail. */
export const statusCommand: Command = {
  name: 'status',
  summary: 'how the mesh is: gateways, fleet and standing stops; or one agent; or one order',
  usage: '[AGENT|ORDER]',
  words: { min: 0, max: 1 },
  examples: ['estop status', 'estop status agent://acme/production/billing', 'estop status --json'],
  run: (call) => {
    const [word] = call.words;
    if (word === undefined) return mesh(call);
    return word.startsWith('stop_') ? showOrder(call) : agent(call, word);
  },
};

const mesh = async ({ estop, terminal, json, paint }: Call): Promise<ExitCode> => {
  const options = { signal: terminal.signal };
  const [status, { gateways, position }, { summary, stale }, { orders }] = await Promise.all([
    estop.mesh.status(options),
    estop.mesh.gateways(options),
    estop.mesh.listAgents({ limit: 1 }, options),
    estop.stops.list({ state: 'standing' }, options),
  ]);
  if (json) {
    terminal.out(
      JSON.stringify({
        ok: true,
        ...{ status, position, gateways, summary, orders },
        stale: stale ?? false,
      }),
    );
    return exitCodes.confirmed;
  }
  terminal.out(
    [
      statusBanner(status, paint),
      '',
      gateways.length === 0
        ? paint.red('No gateway is a member of this mesh.')
        : gatewayTable(gateways, paint),
      '',
      summaryLine(summary),
      ...(stale
        ? [
            paint.yellow(
              'The read model is away: health and use may be old. Stops are not affected.',
            ),
          ]
        : []),
      '',
      orders.length === 0 ? paint.green('No stop stands.') : orderTable(orders, paint),
    ].join('\n'),
  );
  return exitCodes.confirmed;
};

const EVENTS_SHOWN = 10;

const agent = async (
  { estop, terminal, json, paint, home }: Call,
  typed: string,
): Promise<ExitCode> => {
  const answer = await estop.mesh.getAgent(parseAgent(typed, home), { signal: terminal.signal });
  if (json) {
    terminal.out(JSON.stringify(answer));
    return exitCodes.confirmed;
  }
  const events = answer.events.slice(0, EVENTS_SHOWN);
  terminal.out(
    [
      agentTable([answer.agent], terminal.nowMs(), paint),
      `  id ${answer.agent.address_id}`,
      ...(answer.held_by.length > 0 ? ['', holdTable(answer.held_by, paint)] : []),
      ...(events.length > 0 ? ['', 'Last events:'] : []),
      ...events.map(
        (e) =>
          `  ${e.created_at.slice(0, 10)} ${clock(e.created_at)}  ${e.event_type}  by ${shown(e.actor_id)}`,
      ),
    ].join('\n'),
  );
  return exitCodes.confirmed;
};
