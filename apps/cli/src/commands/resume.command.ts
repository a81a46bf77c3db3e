import {
  formatSelector,
  orgOf,
  type AgentMark,
  type Capability,
  type NeedsSecond,
  type OrderReport,
  type Selector,
  type SelectorInput,
} from '#contracts';
import { parseCapability, parseTarget } from '../arguments/target.js';
import { UsageError } from '../arguments/usage-error.js';
import type { Call, Command } from '../command.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { assure } from '../mesh/assurance.js';
import { isLifted, parseWait } from '../mesh/confirmation.js';
import { liftReport, resumeReport } from '../render/lift-report.js';
import { waiting, waitFlags } from './stop-flags.js';

/** Ends a stop. Asks for a reason, because a resume is a deliberate act. */
export const resumeCommand: Command = {
  name: 'resume',
  summary: 'lift a stop: the agent runs again, and held work is redelivered',
  usage: 'TARGET',
  words: { min: 1, max: 1 },
  details: [
    'For one agent, every order on exactly that agent is lifted; where a wider order holds it, that one is named and nothing is',
    'lifted. For tag:, ns: and org:, the orders with exactly that selector are lifted. A stop_… id lifts that order alone.',
    'A reason is needed, and for a quarantine it is the root cause. Where the org asks two people for a namespace or org, the',
    'first call exits 4 and shows what the second person types.',
  ],
  flags: {
    reason: { value: 'TEXT', help: 'what was wrong, and what was fixed' },
    capability: {
      value: 'GLOB',
      help: 'with tag:, ns: or org:, the order that was narrowed to this',
    },
    ...waitFlags,
    yes: { help: 'do not ask before a namespace or an org runs again' },
  },
  examples: [
    'estop resume agent://acme/production/email-campaign --reason "template fixed"',
    'estop resume tag:experimental --reason "model rolled back"',
    'estop resume stop_abcdefghijklmnopqrst --reason "false alarm"',
  ],
  run: async (call) => {
    const target = parseTarget(call.words[0] as string, call.home);
    parseWait(call.flags.text('wait'));
    const reason = await reasonFor(call);
    switch (target.kind) {
      case 'agent':
        return resumeAgent(call, target.agent, reason);
      case 'order':
        return liftAll(call, [target.orderId], reason);
      case 'many': {
        if (target.wide !== null)
          await assure(call, { name: target.wide, act: `let all of ${target.wide} run again` });
        return liftAll(call, await standingOn(call, target.selector), reason);
      }
    }
  },
};

const reasonFor = async ({ flags, terminal }: Call): Promise<string> => {
  const given = flags.text('reason')?.trim();
  if (given) return given;
  const answer = terminal.interactive ? (await terminal.ask('Why may it run again? ')).trim() : '';
  if (answer !== '') return answer;
  throw new UsageError(
    'a resume needs its reason',
    'Add --reason "what was wrong, and what was fixed".',
  );
};

const resumeAgent = async (call: Call, agent: string, reason: string): Promise<ExitCode> => {
  const { estop, terminal, json, paint, flags } = call;
  const answer = await estop.mesh.resume(
    agent,
    { reason, ...waiting(flags) },
    { signal: terminal.signal },
  );
  const confirmed = allConfirmed(call, answer.orders);
  if (json) terminal.out(JSON.stringify({ ...answer, confirmed }));
  else if (!answer.changed) terminal.out(`Nothing held ${answer.agent.address}: it was running.`);
  else {
    const { address, health_status: health } = answer.agent;
    terminal.out(
      [
        paint.green(`RESUMED  ${address}`),
        ...liftReport({ orders: answer.orders, confirmed }, paint),
        `  health ${health} until its next heartbeat`,
      ].join('\n'),
    );
  }
  return confirmed ? exitCodes.confirmed : exitCodes.notConfirmed;
};

const liftAll = async (call: Call, ids: readonly string[], reason: string): Promise<ExitCode> => {
  const { estop, terminal, json, paint, flags } = call;
  const orders: OrderReport[] = [];
  const waiters: NeedsSecond[] = [];
  const held = new Map<string, AgentMark>();
  for (const id of ids) {
    const answer = await estop.stops.lift(
      id,
      { reason, ...waiting(flags) },
      { signal: terminal.signal },
    );
    if (answer.state === 'needs_second') {
      waiters.push(answer);
      continue;
    }
    const { still_held, ...order } = answer;
    orders.push(order);
    for (const agent of still_held) held.set(agent.address, agent);
  }
  const confirmed = waiters.length === 0 && allConfirmed(call, orders);
  const marks = [...held.values()];
  const changed = [...orders, ...waiters].some((answer) => answer.changed);
  const answers = { orders, needs_second: waiters, still_held: marks, confirmed };
  if (json) terminal.out(JSON.stringify({ ok: true, changed, ...answers }));
  else terminal.out(resumeReport(answers, paint).join('\n'));
  return confirmed ? exitCodes.confirmed : exitCodes.notConfirmed;
};

const allConfirmed = ({ flags }: Call, orders: readonly OrderReport[]): boolean => {
  const wait = parseWait(flags.text('wait'));
  return orders.every((order) => isLifted(order, wait));
};

const standingOn = async (call: Call, selector: SelectorInput): Promise<readonly string[]> => {
  const capability = parseCapability(call.flags.text('capability'));
  const found: OrderReport[] = [];
  let cursor: string | undefined;
  do {
    const page = await call.estop.stops.list({
      state: 'standing',
      limit: 1000,
      ...(cursor === undefined ? {} : { cursor }),
    });
    found.push(...page.orders.filter((order) => isSame(order.selector, selector, capability)));
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  const orgs = new Set(found.map((order) => orgOf(order.selector)));
  if (orgs.size > 1) {
    const cure = 'Lift them one by one: estop resume stop_… --reason "…"; see "estop orders".';
    throw new UsageError(`this tag is stopped in several orgs: ${[...orgs].join(', ')}`, cure);
  }
  return found.map(({ order_id: id }) => id);
};

/** A tag without a namespace was written for the caller's org, which only the mesh knows. */
const isSame = (
  standing: Selector,
  asked: SelectorInput,
  capability: Capability | undefined,
): boolean => {
  if (standing.capability !== capability) return false;
  if ('tag' in asked && !('namespace' in asked && asked.namespace))
    return 'tag' in standing && standing.tag === asked.tag && !('namespace' in standing);
  return (
    formatSelector({ ...standing, capability: undefined } as Selector) ===
    formatSelector(asked as Selector)
  );
};
