import type { Address, BreachId, OrgName, PolicyName, StopOrderId } from '#contracts';
import { specFor } from '#testing';
import { breachDecider } from './breach.decider.js';
import { restrictionDecider } from './restriction.decider.js';

const about = {
  address: 'agent://acme/production/deployer' as Address,
  org: 'acme' as OrgName,
  policy: 'deploy-rate' as PolicyName,
};
const breachId = 'breach_aaaaaaaaaaaaaaaaaaaa' as BreachId;
const evidence = {
  condition: 'intents',
  measured: 501,
  limit: 500,
  window: 'hour',
  samples: null,
  subject: null,
  says: '501 intents sent in an hour, at most 500 are allowed',
};

describe('TellBreach', () => {
  const given = specFor(breachDecider);
  const data = {
    ...about,
    ...({ breachId, policySequence: 7, rule: 0, outcome: 'stop', mode: 'halt', evidence } as const),
    orderId: 'stop_aaaaaaaaaaaaaaaaaaaa' as StopOrderId,
  };
  const told = { type: 'PolicyBreached', data } as const;

  it('tells it', () =>
    given()
      .when({ type: 'TellBreach', ...data })
      .then(told));
  it('is silent when repeated, whatever the repeat says', () =>
    given(told)
      .when({ type: 'TellBreach', ...data, orderId: null })
      .thenNothing());
});

describe('a restriction', () => {
  const given = specFor(restrictionDecider);
  const data = { ...about, breachId, rule: 0, perSecond: 1, until: '2026-01-31T04:00:00.000Z' };
  const restricted = { type: 'AgentRestricted', data } as const;
  const lifted = { type: 'RestrictionLifted', data: about } as const;
  const restrict = { type: 'RestrictAgent', ...data } as const;
  const lift = { type: 'LiftRestriction', ...about } as const;

  it('begins with its breach', () => given().when(restrict).then(restricted));
  it('begins once', () => given(restricted).when(restrict).thenNothing());
  it('is lifted', () => given(restricted).when(lift).then(lifted));
  it('is lifted once', () => given(restricted, lifted).when(lift).thenNothing());
  it('does not come back by a repeat of its breach', () =>
    given(restricted, lifted).when(restrict).thenNothing());
  it('that never was cannot be lifted', () => given().when(lift).thenNothing());
});
