import { PolicyDocument, type OrgName, type PolicyName } from '#contracts';
import { specFor } from '#testing';
import { policyDecider } from './policy.decider.js';

const given = specFor(policyDecider);
const org = 'acme' as OrgName;
const policy = 'deploy-rate' as PolicyName;

const document = (over: number): PolicyDocument =>
  PolicyDocument.parse({
    name: policy,
    target: { agent: 'agent://acme/production/deployer' },
    mode: 'enforce',
    rules: [{ when: { intents: { over, per: 'hour' } }, then: 'halt' }],
  });
const set = (over = 500) => ({ type: 'SetPolicy', org, document: document(over) }) as const;
const wasSet = (over = 500) =>
  ({ type: 'PolicySet', data: { org, policy, document: document(over) } }) as const;
const remove = { type: 'RemovePolicy', org, policy } as const;
const removed = { type: 'PolicyRemoved', data: { org, policy } } as const;

describe('SetPolicy', () => {
  it('sets a policy that is new', () => given().when(set()).then(wasSet()));
  it('replaces another document as a whole', () =>
    given(wasSet(500)).when(set(10)).then(wasSet(10)));
  it('is silent where the same document stands', () => given(wasSet()).when(set()).thenNothing());
  it('is silent though the fields come in another order', () => {
    const { name, ...rest } = document(500);
    given(wasSet())
      .when({ type: 'SetPolicy', org, document: { ...rest, name } })
      .thenNothing();
  });
  it('sets again what was removed', () => given(wasSet(), removed).when(set()).then(wasSet()));
});

describe('RemovePolicy', () => {
  it('removes it', () => given(wasSet()).when(remove).then(removed));
  it('is silent when repeated', () => given(wasSet(), removed).when(remove).thenNothing());
  it('knows none of a name that never was', () =>
    given().when(remove).thenRejected('POLICY_UNKNOWN'));
});
