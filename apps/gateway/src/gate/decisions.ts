import type { Act, Destination } from '#contracts';
import type { Ask, GateAct, Verdict } from '#domain';

/** One answer of the gate, for those who count. */
export interface Decision {
  readonly address: Destination;
  readonly act: Act;
  /** `null`: allowed; otherwise the code of the refusal. */
  readonly refusedBy: string | null;
  readonly orderId: string | null;
  /** The intent type or tool, where the act has one. */
  readonly subject: string | null;
  /** Made without a proof that the state was fresh, by the choice of the namespace. */
  readonly isStale: boolean;
}

const ACTS: Record<GateAct, Act> = {
  receive: 'intent.receive',
  deliver: 'intent.deliver',
  send: 'intent.send',
  answer: 'intent.answer',
  read: 'intent.read',
  guard: 'guard',
};

export const decisionOf = (ask: Ask, verdict: Verdict, isStale = false): Decision => ({
  address: ask.address,
  act: ACTS[ask.act],
  refusedBy: verdict.allowed ? null : verdict.code,
  orderId: verdict.allowed ? null : (verdict.hold?.order.orderId ?? null),
  isStale,
  subject: ask.capability === null ? null : ask.capability.slice(ask.capability.indexOf(':') + 1),
});
