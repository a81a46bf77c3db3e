import {
  PolicyDocument,
  type Address,
  type ControlFact,
  type GatewayId,
  type OrgName,
  type PolicyName,
} from '#contracts';
import { ControlView, type Ask } from '#domain';
import { record, systemIds } from '#platform';
import { PolicyGate } from './policy-gate.js';
import { policyProblem, ruleName } from './policy-problem.js';

const ORG = 'acme' as OrgName;
const AGENT = 'agent://acme/production/deployer' as Address;
const OTHER = 'agent://acme/production/drop' as Address;

const story = () => {
  const view = new ControlView();
  const clock = { nowMs: () => 1_000_000, monotonicMs: () => 0 };
  let sequence = 0;
  const say = (fact: ControlFact): void => {
    const about = {
      actor: { kind: 'system', id: 'test', via: 'test' } as const,
      ...{ org: ORG, workspace: null, correlationId: 'test' },
    };
    const event = record(fact, about, clock, systemIds);
    sequence += 1;
    view.apply({ sequence, storedAtMs: 1_000_000, decoded: { known: true, event } });
  };
  const set = (name: string, when: object, mode = 'enforce'): void => {
    const target = { agent: AGENT };
    const document = PolicyDocument.parse({ name, target, mode, rules: [{ when, then: 'block' }] });
    say({ type: 'PolicySet', data: { org: ORG, policy: name as PolicyName, document } });
  };
  return { view, say, set, gate: new PolicyGate({ view, clock }) };
};

const send = (type: string): Ask => ({ address: AGENT, act: 'send', capability: `intent:${type}` });
const received: Ask = { address: OTHER, act: 'receive', capability: 'intent:email.send.v1' };

describe('what policies say at the gate', () => {
  it('is nothing where none watches the agent', () => {
    const { gate } = story();
    expect(gate.judge([send('email.send.v1'), received])).toEqual({ kind: 'pass' });
    expect(gate.watches(AGENT)).toBe(false);
  });

  it('names the ask that it is about', () => {
    const { gate, set } = story();
    set('no-deploys', { intent_types: { deny: ['deploy.*'] } });
    expect(gate.judge([received, send('deploy.start.v1')])).toMatchObject({
      ...{ kind: 'refuse', at: 1, ground: { policy: 'no-deploys', rule: 0 } },
    });
    expect(gate.watches(AGENT)).toBe(true);
  });

  it('counts what passes as a whole, and nothing of what does not', () => {
    const { gate, set } = story();
    set('pace', { intents: { over: 2, per: 'hour' } });
    set('no-deploys', { intent_types: { deny: ['deploy.*'] } });
    const kinds = ['deploy.start.v1', 'a.b.v1', 'deploy.start.v1', 'a.b.v1', 'a.b.v1'].map(
      (type) => gate.judge([send(type), received]).kind,
    );
    expect(kinds).toEqual(['refuse', 'pass', 'refuse', 'pass', 'refuse']);
  });

  it('is a warning that lets pass in mode warn, and nothing in mode shadow', () => {
    const { gate, set } = story();
    set('mind', { intent_types: { deny: ['deploy.*'] } }, 'warn');
    set('shade', { intent_types: { deny: ['*'] } }, 'shadow');
    expect(gate.judge([send('deploy.start.v1')])).toMatchObject({ kind: 'warn', at: 0 });
    expect(gate.judge([send('email.send.v1')])).toEqual({ kind: 'pass' });
  });

  it('concerns no queue', () => {
    const { gate, set } = story();
    set('none', { intent_types: { deny: ['*'], direction: 'receive' } });
    const queue = { ...received, address: 'queue://acme/production/deployer' as never };
    expect(gate.judge([queue])).toEqual({ kind: 'pass' });
  });

  it('shares a throttle equally among the gateways', () => {
    const { gate, set, say } = story();
    set('pace', { intents: { over: 100, per: 'hour' } });
    for (const gateway of ['us-east-1', 'us-east-2'] as GatewayId[]) {
      say({
        type: 'GatewayJoined',
        data: {
          gateway,
          region: 'us-east' as never,
          ...{ boot: 1, url: null, join: 'x', keyId: 'k', publicKey: 'a'.repeat(43), modes: [] },
        },
      });
    }
    say({
      type: 'AgentRestricted',
      data: {
        ...{ address: AGENT, org: ORG, policy: 'pace' as PolicyName, rule: 0, perSecond: 1 },
        breachId: 'breach_aaaaaaaaaaaaaaaaaaaa' as never,
        until: '2026-01-31T04:00:00.000Z',
      },
    });
    const word = gate.judge([send('a.b.v1')]);
    // Half an act is its share of the first one: the other half comes within a second.
    expect(word).toMatchObject({ kind: 'refuse', retryAfterMs: 1000 });
  });
});

describe('the refusal of a policy', () => {
  it('is 429, names the rule with its limit, and when to come back', () => {
    const { gate, set, view } = story();
    set('pace', { intents: { over: 1, per: 'hour' } });
    gate.judge([send('a.b.v1')]);
    const word = gate.judge([send('a.b.v1')]);
    if (word.kind !== 'refuse') throw new Error('it was not refused');
    const problem = policyProblem(view, send('a.b.v1'), word);
    expect([problem.code, problem.details, ruleName(word.ground)]).toEqual([
      'policy_blocked',
      {
        ...{ address: AGENT, policy: 'pace', rule: 0, then: 'block' },
        when: { intents: { over: 1, per: 'hour', direction: 'send' } },
      },
      'pace.rules.0',
    ]);
    expect(problem.retryAfterSeconds).toBeGreaterThan(3000);
  });
});
