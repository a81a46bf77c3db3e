import type { SelectorInput } from '#contracts';
import { parseCapability, type Target } from '../arguments/target.js';
import { UsageError } from '../arguments/usage-error.js';
import type { Call } from '../command.js';

/** Whom a stop or a drill is about. An address id is looked up first: orders are written with addresses. */
export const selectorOf = async (target: Target, call: Call): Promise<SelectorInput> => {
  const capability = parseCapability(call.flags.text('capability'));
  const narrowed = capability === undefined ? {} : { capability };
  if (target.kind === 'many') return { ...target.selector, ...narrowed };
  if (target.kind === 'order')
    throw new UsageError(
      'an order cannot be stopped',
      `See it with "estop orders show ${target.orderId}".`,
    );
  if (!target.agent.startsWith('addr_')) return { agent: target.agent, ...narrowed };
  const { agent } = await call.estop.mesh.getAgent(target.agent, { signal: call.terminal.signal });
  return { agent: agent.address, ...narrowed };
};
