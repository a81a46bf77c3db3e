import type { z } from 'zod';
import { CapMark, partsOf, type Address, type guardTool } from '#contracts';
import type { LocalGround, Verdict } from '#domain';
import { ApiProblem, type Call } from '#platform';
import { BUDGET_WARNING } from '../budget/budget-headers.js';
import type { Reservation } from '../budget/budgets.js';
import type { GuardCosts } from '../budget/guard-costs.js';
import type { LateRefusal } from '../gate/decisions.js';
import type { Gate } from '../gate/gate.js';
import { orRefused } from '../gate/late-refusal.js';
import { refusal } from '../gate/stop-problem.js';
import { ruleName } from '../policy/policy-problem.js';
import { sessionProblem, type NamedSession, type SessionGate } from '../sessions/session-gate.js';

export interface GuardOptions {
  readonly gate: Gate;
  readonly sessions: SessionGate;
  readonly costs: GuardCosts;
  hasWorkInHand(address: ReturnType<typeof addressOf>): Promise<boolean>;
}

type GuardCall = Call<typeof guardTool>;
type GuardAnswer = z.infer<typeof guardTool.response>;

/** Asked before each call of a tool: the stop check, outside the control of the agent. */
export class Guard {
  constructor(private readonly options: GuardOptions) {}

  async handle(call: GuardCall): Promise<GuardAnswer> {
    const address = addressOf(call);
    const first = this.firstVerdict(call, address);
    if (!first.allowed) return answerOf(first);
    const word = this.options.gate.policyWordOf(call);
    if (word.kind === 'refuse') return byPolicy('block', word.ground);
    const answer = await this.unstopped(call, address, first);
    this.options.gate.ended(call, refusalIn(answer));
    const isWarned = word.kind === 'warn' && answer.action === 'allow';
    return isWarned ? byPolicy('warn', word.ground) : answer;
  }

  /** Beyond stops and policies: the session that it names, and a drain. */
  private async unstopped(
    call: GuardCall,
    address: Address,
    first: Extract<Verdict, { allowed: true }>,
  ): Promise<GuardAnswer> {
    const draining = first.heldBy?.mode === 'drain';
    const inFlight = draining && (await this.options.hasWorkInHand(address));
    const session = await this.sessionOf(call);
    if (session instanceof ApiProblem) return blockedBy(session);
    // Last of all that may fail: what is set aside here is settled or given back below.
    const spending = await this.spendingOf(call, address, session);
    if (spending instanceof ApiProblem) return blockedBy(spending);
    if (session === null && spending === null && !draining) return answerOf(first);
    // The answer is sent in the turn of this second verdict, as it is in that of the first one.
    return paid(call, spending, this.lastWord(call, { address, inFlight, session }));
  }

  /** What the gate said. @throws ApiProblem where an event about the agent cannot be read here */
  private firstVerdict(call: GuardCall, address: Address): Verdict {
    const [verdict] = this.options.gate.verdictsOf(call);
    if (verdict === undefined) throw new Error(`${partsOf(address).name} passed no gate`);
    if (verdict.allowed || verdict.hold !== null) return verdict;
    throw refusal({ address, act: 'guard', capability: `tool:${call.body.tool}` }, verdict);
  }

  private lastWord(
    { body }: GuardCall,
    known: { address: Address; inFlight: boolean; session: NamedSession | null },
  ): GuardAnswer {
    const { address, inFlight, session } = known;
    const capability = `tool:${body.tool}`;
    const verdict = this.options.gate.judge({ address, act: 'guard', capability, inFlight });
    const end = verdict.allowed ? (session?.end() ?? null) : null;
    if (session === null || end === null) return answerOf(verdict);
    return blockedBy(sessionProblem(session.found, end));
  }

  /** What it costs, set aside; why not, where a cap has no room for it; `null` where no cap is concerned. */
  private async spendingOf(call: GuardCall, address: Address, session: NamedSession | null) {
    const { gate, costs } = this.options;
    const cost = call.body.cost_usd;
    if (!cost && session === null) return null;
    try {
      return await orRefused(gate, call, () => costs.reserve(address, cost, session));
    } catch (error) {
      if (error instanceof ApiProblem && error.status < 500) return error;
      throw error;
    }
  }

  /** The session that it names; why not, where that is over or is none; `null` where none is named. */
  private async sessionOf(call: GuardCall) {
    const { gate, sessions } = this.options;
    const id = call.body.session_id ?? null;
    if (id === null) return null;
    try {
      return await orRefused(gate, call, () => sessions.lasting(call.principal, id));
    } catch (error) {
      if (error instanceof ApiProblem && error.status < 500) return error;
      throw error;
    }
  }
}

const byPolicy = (action: 'block' | 'warn', ground: LocalGround): GuardAnswer => ({
  action,
  reason: action === 'block' ? 'policy_blocked' : 'policy_warning',
  detail: ground.says,
  rule: ruleName(ground),
});

const blockedBy = ({ code, detail, details }: ApiProblem): GuardAnswer => {
  const cap = CapMark.safeParse(details);
  return { action: 'block', reason: code, detail, ...(cap.success ? { cap: cap.data } : {}) };
};

const refusalIn = ({ action, reason = '', order_id }: GuardAnswer): LateRefusal | null =>
  action === 'block' ? { code: reason, orderId: order_id ?? null } : null;

/** The guard is asked before the act and never after: what is allowed counts as spent. */
const paid = (
  { reply }: GuardCall,
  spending: Reservation | null,
  answer: GuardAnswer,
): GuardAnswer => {
  if (spending === null) return answer;
  if (answer.action === 'block') {
    spending.release();
    return answer;
  }
  spending.settle();
  const [warning, ...more] = spending.warnings();
  if (warning === undefined || answer.action === 'warn') return answer;
  void reply.header(BUDGET_WARNING, [warning, ...more].join('; '));
  return { action: 'warn', reason: 'budget_warning', detail: warning };
};

const addressOf = ({ principal }: GuardCall) => {
  if (principal.kind === 'sa') return principal.address;
  throw new ApiProblem('forbidden', 'The guard is asked by agents.');
};

const answerOf = (verdict: Verdict): GuardAnswer =>
  verdict.allowed
    ? { action: 'allow' as const }
    : {
        action: 'block' as const,
        reason: verdict.code,
        ...(verdict.hold === null ? {} : { order_id: verdict.hold.order.orderId }),
      };
