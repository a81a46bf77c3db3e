import type { Act, Destination, PolicyName, SessionId } from '#contracts';
import type { Ask, GateAct, Verdict } from '#domain';
import type { PolicyWord } from '../policy/policy-gate.js';

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
  /** Refused by this rule of a policy, or passed with a warning of it. */
  readonly rule?: { readonly policy: PolicyName; readonly rule: number };
  readonly declared?: Declared;
}

/** What the caller said of an act. */
export interface Declared {
  readonly session: SessionId | null;
  readonly costMicroUsd: number;
}

export interface DecisionNotes {
  readonly isStale?: boolean;
  /** What a policy said to this ask. */
  readonly word?: Exclude<PolicyWord, { kind: 'pass' }> | null;
  readonly declared?: Declared | null;
  /** Refused beyond the gate, by a session or a cap. */
  readonly refused?: LateRefusal | null;
}

/** Why an act that the gate had let in was refused all the same. */
export interface LateRefusal {
  readonly code: string;
  readonly orderId?: string | null;
}

const ACTS: Record<GateAct, Act> = {
  receive: 'intent.receive',
  deliver: 'intent.deliver',
  send: 'intent.send',
  answer: 'intent.answer',
  read: 'intent.read',
  guard: 'guard',
};

export const decisionOf = (ask: Ask, verdict: Verdict, notes: DecisionNotes = {}): Decision => ({
  address: ask.address,
  act: ACTS[ask.act],
  refusedBy: refusedBy(verdict, notes),
  orderId: notes.refused?.orderId ?? orderIdOf(verdict),
  isStale: notes.isStale ?? false,
  subject: subjectOf(ask),
  ...(notes.word && { rule: notes.word.ground }),
  // It is the sender's session, and the sender who pays.
  ...(notes.declared && ask.act !== 'receive' && { declared: notes.declared }),
});

const orderIdOf = (verdict: Verdict): string | null =>
  verdict.allowed ? null : (verdict.hold?.order.orderId ?? null);

const subjectOf = ({ capability }: Ask): string | null =>
  capability === null ? null : capability.slice(capability.indexOf(':') + 1);

const refusedBy = (verdict: Verdict, { word, refused }: DecisionNotes): string | null => {
  if (!verdict.allowed) return verdict.code;
  if (refused) return refused.code;
  return word?.kind === 'refuse' ? 'policy_blocked' : null;
};
