import type { Address, ControlEvent, OrgName, PolicyName } from '#contracts';
import { PolicyFold } from './policy-fold.js';

type Of<T extends ControlEvent['type']> = Extract<ControlEvent, { type: T }>;

const address = 'agent://acme/production/mailer' as Address;
const org = 'acme' as OrgName;
const policy = (name: string) => name as PolicyName;

const restricted = (name: string, rule: number, perSecond: number) =>
  ({
    data: {
      ...{ address, org, policy: policy(name), rule, perSecond },
      ...{ breachId: `breach_${'a'.repeat(20)}`, until: '2026-01-31T04:00:00.000Z' },
    },
  }) as unknown as Of<'AgentRestricted'>;
const lifted = (name: string) =>
  ({ data: { address, org, policy: policy(name) } }) as unknown as Of<'RestrictionLifted'>;

let fold: PolicyFold;
const rates = () => [...fold.restrictionsOf(address)].map(({ perSecond }) => perSecond);

beforeEach(() => {
  fold = new PolicyFold();
  fold.restrict(restricted('pace', 0, 0), 1);
  fold.restrict(restricted('pace', 1, 5), 2);
  fold.restrict(restricted('other', 0, 7), 3);
});

describe('what a rule left an agent', () => {
  it('stays when another rule of the policy leaves it less', () =>
    expect(rates()).toEqual([0, 5, 7]));

  it('is replaced by what the same rule leaves it later', () => {
    fold.restrict(restricted('pace', 1, 1), 4);
    expect(rates()).toEqual([0, 1, 7]);
  });

  it('ends, with all of its policy, when that is lifted', () => {
    fold.lift(lifted('pace'));
    expect(rates()).toEqual([7]);
    expect([...fold.restrictedBy(org, policy('pace'))]).toEqual([]);
  });

  it('is told of by its policy', () =>
    expect([...fold.restrictedBy(org, policy('pace'))].map(({ rule }) => rule)).toEqual([0, 1]));
});
