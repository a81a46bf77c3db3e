import type { StopMode } from '#contracts';
import type { FlagDefinitions } from '../arguments/flags.js';
import { parseTarget } from '../arguments/target.js';
import type { Call, Command } from '../command.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { assure } from '../mesh/assurance.js';
import { isConfirmed, parseWait } from '../mesh/confirmation.js';
import { selectorOf } from '../mesh/selector.js';
import { orderReport } from '../render/order-report.js';
import { planReport } from '../render/plan-report.js';
import { stopDetails, stopFlags } from './stop-flags.js';

interface Verb {
  readonly mode: StopMode;
  readonly aliases?: readonly string[];
  readonly summary: string;
  readonly details: readonly string[];
  readonly examples: readonly string[];
  readonly flags?: FlagDefinitions;
}

/** A verb that stops. A single agent is stopped without any question. */
export const stopCommand = ({ mode, flags, ...verb }: Verb): Command => ({
  name: mode,
  ...verb,
  usage: 'TARGET',
  words: { min: 1, max: 1 },
  flags: { ...flags, ...stopFlags },
  run: (call) => stop(call, mode),
});

const stop = async (call: Call, mode: StopMode): Promise<ExitCode> => {
  const { flags, estop, terminal, paint, json } = call;
  const typed = call.words[0] as string;
  const target = parseTarget(typed, call.home);
  const wait = parseWait(flags.text('wait'));
  const details = stopDetails(flags);
  const selector = await selectorOf(target, call);
  const body = { mode, selector, ...details };
  const options = { signal: terminal.signal };
  if (flags.has('dry-run')) {
    const plan = await estop.stops.plan(body, options);
    terminal.out(json ? JSON.stringify(plan) : planReport(plan, paint));
    return exitCodes.confirmed;
  }
  if (target.kind === 'many' && target.wide !== null)
    await assure(call, { name: target.wide, act: `${mode} every agent of ${target.wide}` });
  const order = await estop.stops.order(body, options);
  const confirmed = isConfirmed(order, wait);
  terminal.out(
    json
      ? JSON.stringify({ ...order, confirmed })
      : orderReport({ order, confirmed, typed }, paint),
  );
  return confirmed ? exitCodes.confirmed : exitCodes.notConfirmed;
};
