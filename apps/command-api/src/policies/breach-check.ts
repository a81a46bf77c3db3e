import { partsOf, type BreachAnswer, type BreachRequest, type PolicyAction } from '#contracts';
import { targets, type ControlView, type PolicyRecord } from '#domain';

type Objection = Extract<BreachAnswer, { ok: false }>;

/**
 * What speaks against a breach: nothing is done that the policy, as it stands here, does not ask for. `null`: nothing does.
 */
export const checkBreach = (view: ControlView, request: BreachRequest): Objection | null => {
  const { org, policy, policySequence } = request;
  const record = view.policies.get(org, policy);
  if (record === null || record.sequence !== policySequence) {
    const now = record === null ? 'is gone' : `stands as version ${record.sequence}`;
    return objection('policy_changed', `the policy ${policy} ${now}`);
  }
  return checkRule(record, request) ?? checkAgent(view, record, request);
};

const checkRule = ({ document }: PolicyRecord, request: BreachRequest): Objection | null => {
  const { policy, rule } = request;
  if (document.mode !== 'enforce') {
    return objection('invalid_request', `the policy ${policy} is in mode ${document.mode}`);
  }
  const written = document.rules[rule];
  return written !== undefined && sameAction(written.then, request.action)
    ? null
    : objection('invalid_request', `rules.${rule} of ${policy} asks for something else`);
};

const checkAgent = (
  view: ControlView,
  { document }: PolicyRecord,
  { org, policy, address }: BreachRequest,
): Objection | null => {
  const tags = view.agent(address)?.tags ?? [];
  if (partsOf(address).org !== org) {
    return objection('invalid_request', `${address} is of another org than ${policy}`);
  }
  return targets(document.target, org, { address, tags })
    ? null
    : objection('policy_changed', `the policy ${policy} does not watch ${address} any more`);
};

const sameAction = (one: PolicyAction, other: PolicyAction): boolean =>
  typeof one === 'string' || typeof other === 'string'
    ? one === other
    : one.throttle.to === other.throttle.to && one.throttle.per === other.throttle.per;

const objection = (code: Objection['code'], message: string): Objection => ({
  ok: false,
  code,
  message,
});
