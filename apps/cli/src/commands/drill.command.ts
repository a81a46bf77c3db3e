import { parseTarget } from '../arguments/target.js';
import type { Command } from '../command.js';
import { exitCodes } from '../exit-codes.js';
import { selectorOf } from '../mesh/selector.js';
import { drillReport } from '../render/drill-report.js';
import { gatewayTimeout, timeoutFlag } from './gateway-timeout.js';

/** A stop tried out: the alarm bell rings, and nobody is sent home. */
export const drillCommand: Command = {
  name: 'drill',
  summary: 'try a stop out on the real path: gateways do everything but refuse',
  usage: 'TARGET',
  words: { min: 1, max: 1 },
  details: [
    'A TEST order goes to every gateway by the route that a real stop takes, and each one answers with a signed receipt.',
    'No agent notices. Exits 1 when a gateway is missing.',
  ],
  flags: {
    capability: { value: 'GLOB', help: 'only this kind of act: intent:email.* or tool:stripe.*' },
    ...timeoutFlag,
  },
  examples: [
    'estop drill agent://acme/production/email-campaign',
    'estop drill ns:acme/production',
    'estop drill org:acme --json',
  ],
  run: async (call) => {
    const { terminal, estop, json, paint, flags } = call;
    const target = parseTarget(call.words[0] as string, call.home);
    const timeout = gatewayTimeout(flags);
    const selector = await selectorOf(target, call);
    const answer = await estop.mesh.drill({ selector, ...timeout }, { signal: terminal.signal });
    terminal.out(json ? JSON.stringify(answer) : drillReport(answer, paint));
    return answer.passed ? exitCodes.confirmed : exitCodes.failed;
  },
};
