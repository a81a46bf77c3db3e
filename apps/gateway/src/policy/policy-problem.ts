import { partsOf } from '#contracts';
import type { Ask, ControlView, LocalGround } from '#domain';
import { ApiProblem } from '#platform';
import type { PolicyWord } from './policy-gate.js';

type Refused = Extract<PolicyWord, { kind: 'refuse' }>;

/** What is forbidden by name stays so until somebody changes the policy. */
const NO_WAIT_HELPS_SECONDS = 60;

/** A rule in one word, as `guard` names it: `deploy-rate.rules.0`. */
export const ruleName = ({ policy, rule }: LocalGround): string => `${policy}.rules.${rule}`;

/** The no of a policy, as the caller sees it. */
export const policyProblem = (
  view: Pick<ControlView, 'policies'>,
  ask: Ask,
  { ground, retryAfterMs }: Refused,
): ApiProblem => {
  const { policy, rule, says } = ground;
  const written = view.policies.get(partsOf(ask.address).org, policy)?.document.rules[rule];
  const retryAfterSeconds =
    retryAfterMs === null ? NO_WAIT_HELPS_SECONDS : Math.max(1, Math.ceil(retryAfterMs / 1000));
  return new ApiProblem('policy_blocked', `${ask.address} is refused by a policy. ${says}.`, {
    details: {
      address: ask.address,
      policy,
      rule,
      ...(written && { when: written.when, then: written.then }),
    },
    retryAfterSeconds,
  });
};
