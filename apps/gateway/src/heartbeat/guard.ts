import { partsOf, type guardTool } from '#contracts';
import type { Verdict } from '#domain';
import { ApiProblem, type Call } from '#platform';
import type { Gate } from '../gate/gate.js';
import { refusal } from '../gate/stop-problem.js';
import type { PolicyWord } from '../policy/policy-gate.js';
import { ruleName } from '../policy/policy-problem.js';

export interface GuardOptions {
  readonly gate: Gate;
  hasWorkInHand(address: ReturnType<typeof addressOf>): Promise<boolean>;
}

type GuardCall = Call<typeof guardTool>;

/** Asked before each call of a tool: the stop check, outside the control of the agent. */
export class Guard {
  constructor(private readonly options: GuardOptions) {}

  async handle(call: GuardCall) {
    const address = addressOf(call);
    const capability = `tool:${call.body.tool}`;
    const [verdict] = this.options.gate.verdictsOf(call);
    const word = this.options.gate.policyWordOf(call);
    if (verdict === undefined) throw new Error(`${partsOf(address).name} passed no gate`);
    if (!verdict.allowed && verdict.hold === null) {
      throw refusal({ address, act: 'guard', capability }, verdict);
    }
    if (word.kind !== 'pass') return byPolicy(word);
    if (!verdict.allowed || verdict.heldBy?.mode !== 'drain') return answerOf(verdict);
    // The answer is sent in the turn of this second verdict, as it is in that of the first one.
    const inFlight = await this.options.hasWorkInHand(address);
    return answerOf(this.options.gate.judge({ address, act: 'guard', capability, inFlight }));
  }
}

const addressOf = ({ principal }: GuardCall) => {
  if (principal.kind === 'sa') return principal.address;
  throw new ApiProblem('forbidden', 'The guard is asked by agents.');
};

const byPolicy = ({ kind, ground }: Exclude<PolicyWord, { kind: 'pass' }>) => ({
  action: kind === 'refuse' ? ('block' as const) : ('warn' as const),
  reason: kind === 'refuse' ? 'policy_blocked' : 'policy_warning',
  rule: ruleName(ground),
});

const answerOf = (verdict: Verdict) =>
  verdict.allowed
    ? { action: 'allow' as const }
    : {
        action: 'block' as const,
        reason: verdict.code,
        ...(verdict.hold === null ? {} : { order_id: verdict.hold.order.orderId }),
      };
