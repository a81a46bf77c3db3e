import type { HoldingOrder } from '#contracts';
import { parseAgent } from '../arguments/target.js';
import type { Command } from '../command.js';
import { exitCodes } from '../exit-codes.js';
import { holdTable } from '../render/hold-report.js';
import { breachLines } from '../render/breaches.js';
import { restrictionLines } from '../render/policies.js';
import { quoted } from '../render/words.js';

/** Lists every order that holds an agent. */
export const whyCommand: Command = {
  name: 'why',
  summary: 'every order that holds an agent, and how to lift each',
  usage: 'AGENT',
  words: { min: 1, max: 1 },
  examples: ['estop why agent://acme/production/email-campaign', 'estop why email-campaign --json'],
  run: async ({ words, home, estop, terminal, json, paint }) => {
    const typed = words[0] as string;
    const answer = await estop.mesh.why(parseAgent(typed, home), { signal: terminal.signal });
    if (json) {
      terminal.out(JSON.stringify(answer));
      return exitCodes.confirmed;
    }
    const { agent, held_by: orders, held, registered, restricted_by: restrictions } = answer;
    const unknown = registered ? '' : '  (not registered)';
    const state = held ? paint.red(`held: ${agent.health_status}`) : paint.green('not held');
    terminal.out(`${agent.address}  ${state}${unknown}`);
    if (orders.length > 0)
      terminal.out(
        ['', holdTable(orders, paint), ...breachLines(orders), '', ...steps(orders, typed)].join(
          '\n',
        ),
      );
    if (restrictions.length > 0)
      terminal.out(['', 'Restricted:', ...restrictionLines(restrictions)].join('\n'));
    return exitCodes.confirmed;
  },
};

/** One resume lifts all orders on the agent itself; each wider one is lifted by its id. */
const steps = (orders: readonly HoldingOrder[], typed: string): readonly string[] => {
  const own = orders.some(({ selector }) => 'agent' in selector);
  const wider = orders.filter(({ selector }) => !('agent' in selector));
  return [
    'To let it run again:',
    ...wider.map(({ order_id: id }) => `  estop resume ${id} --reason "what was fixed"`),
    ...(own ? [`  estop resume ${quoted(typed)} --reason "what was fixed"`] : []),
  ];
};
