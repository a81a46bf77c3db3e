import { conditionKinds, type OrgName, PolicyDocument, type When } from '#contracts';
import { tryPolicy } from './policy-trial.js';

const trial = (document: object) => {
  const parsed = PolicyDocument.parse({ name: 'draft', mode: 'enforce', ...document });
  const by = { kind: 'system', id: 'spec', via: 'spec' } as const;
  const setAt = '2026-01-31T03:00:00.000Z';
  return tryPolicy({
    ...{ org: 'acme' as OrgName, policy: parsed.name, document: parsed, by, setAt, sequence: 1 },
  });
};
const target = { org: 'acme' };
const rule = (when: object, then = 'halt') => ({ when, then });

/** Limits that nobody calm reaches. */
const conditions: Record<keyof When, object> = {
  cost_usd: { over: 10, per: 'hour' },
  intents: { over: 500, per: 'hour' },
  tokens: { over: 100_000, per: 'day' },
  error_rate: { over: 0.5, per: 'hour' },
  refusal_rate: { over: 10, per: 'minute' },
  intent_types: { allow: ['email.*'] },
  tools: { deny: ['shell.*'] },
  session_duration: { over: 3600 },
  session_actions: { over: 10 },
  session_cost: { over: 1 },
  heartbeat_age: { over: 300 },
  signal: {},
  burst: {},
  drift: { of: 'intents' },
};

describe('a policy is tried before it is accepted', () => {
  it.each(conditionKinds)(
    'and says nothing of a rule about %s that leaves calm agents alone',
    (kind) => {
      expect(trial({ target, rules: [rule({ [kind]: conditions[kind] })] })).toEqual([]);
    },
  );

  it('and names the rules that would act on a calm agent', () => {
    const rules = [
      rule({ intents: { over: 500, per: 'hour' } }),
      rule({ intents: { over: 3, per: 'hour' } }),
      rule({ cost_usd: { over: 0.02, per: 'day' } }, 'pause'),
    ];
    expect(trial({ target, rules })).toMatchObject([
      { code: 'fires_when_calm', path: 'rules.1' },
      { code: 'fires_when_calm', path: 'rules.2' },
    ]);
  });

  it.each([
    { agent: 'agent://acme/production/mailer' },
    { tag: 'mail', namespace: 'acme/production' },
    { tag: 'mail' },
    { namespace: 'acme/production' },
  ])('whomever it watches: %j', (whom) => {
    const rules = [rule({ intents: { over: 0, per: 'hour' } })];
    expect(trial({ target: whom, rules })).toHaveLength(1);
  });
});
