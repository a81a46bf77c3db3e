import {
  type Address,
  type OrgName,
  PolicyDocument,
  type PolicyName,
  type Tag,
  type Timestamp,
} from '#contracts';
import type { RestrictionRecord } from '../control/governance-records.js';
import type { LocalAsk } from './local-verdict.js';
import { LocalPolicies } from './local-policies.js';
import type { PolicyView } from './policy-index.js';

const MAILER = 'agent://acme/production/mailer' as Address;
const START_MS = 1_800_000_000_000;
const at: Timestamp = '2027-01-15T08:00:00.000Z';

/** A view that changes as the log would change it. */
class Policies {
  generation = 0;
  tags: readonly Tag[] = [];
  restrictions: RestrictionRecord[] = [];
  private readonly records = new Map<string, ReturnType<Policies['record']>>();

  record(org: string, document: object, sequence: number) {
    const parsed = PolicyDocument.parse({ mode: 'enforce', ...document });
    const by = { kind: 'system', id: 'spec', via: 'spec' } as const;
    return {
      org: org as OrgName,
      policy: parsed.name,
      document: parsed,
      by,
      setAt: at,
      sequence,
    };
  }

  set(document: { name: string; [field: string]: unknown }, org = 'acme'): this {
    this.generation += 1;
    this.records.set(`${org} ${document.name}`, this.record(org, document, this.generation));
    return this;
  }

  remove(name: string): void {
    this.generation += 1;
    this.records.delete(`acme ${name}`);
  }

  view(): PolicyView {
    const { generation, records, restrictions, tags } = this;
    const policies = {
      generation,
      *all() {
        yield* records.values();
      },
      restrictionsOf: () => restrictions,
    };
    return {
      policies: this.same(policies),
      agent: () => ({ tags }),
    };
  }

  private known: PolicyView['policies'] | null = null;
  /** One object for as long as nothing changes, as the fold is one. */
  private same(policies: PolicyView['policies']): PolicyView['policies'] {
    if (this.known?.generation !== policies.generation) this.known = policies;
    return this.known as PolicyView['policies'];
  }
}

const ask = (more: Partial<LocalAsk> = {}): LocalAsk => ({
  address: MAILER,
  act: 'send',
  name: 'email.send.v1',
  gateways: 1,
  nowMs: START_MS,
  ...more,
});

const org = { org: 'acme' };
const deny = (globs: string[], then: unknown = 'block') => ({
  when: { intent_types: { deny: globs } },
  then,
});

describe('the policies of an agent', () => {
  const names = (policies: Policies, local = new LocalPolicies()) =>
    local.policiesFor(policies.view(), MAILER).all.map(({ record }) => record.policy);
  const rules = [deny(['x'])];

  it.each([
    ['its address', { agent: MAILER }, true],
    ['another address', { agent: 'agent://acme/production/other' }, false],
    ['its tag in its org', { tag: 'canary' }, true],
    ['its tag in its namespace', { tag: 'canary', namespace: 'acme/production' }, true],
    ['its tag in another namespace', { tag: 'canary', namespace: 'acme/staging' }, false],
    ['a tag that it does not carry', { tag: 'blue' }, false],
    ['its namespace', { namespace: 'acme/production' }, true],
    ['a namespace whose name begins like its own', { namespace: 'acme/prod' }, false],
    ['its org', org, true],
  ])('are those that name %s', (_, target, watched) => {
    const policies = new Policies().set({ name: 'one', target, rules });
    policies.tags = ['canary' as Tag];
    expect(names(policies)).toEqual(watched ? ['one'] : []);
  });

  it('of another org never reach it, whatever they name', () => {
    const policies = new Policies();
    for (const [name, target] of [
      ['a', { agent: MAILER }],
      ['b', org],
      ['c', { namespace: 'acme/production' }],
      ['d', { tag: 'canary' }],
    ] as const) {
      policies.set({ name, target, rules }, 'umbrella');
    }
    policies.tags = ['canary' as Tag];
    expect(names(policies)).toEqual([]);
  });

  it('change with the log and with its tags', () => {
    const local = new LocalPolicies();
    const policies = new Policies().set({ name: 'tagged', target: { tag: 'canary' }, rules });
    expect(names(policies, local)).toEqual([]);
    policies.tags = ['canary' as Tag];
    expect(names(policies, local)).toEqual(['tagged']);
    policies.set({ name: 'more', target: org, rules });
    expect(names(policies, local)).toEqual(['tagged', 'more']);
    policies.remove('tagged');
    expect(names(policies, local)).toEqual(['more']);
  });

  it('are the same object while nothing changes', () => {
    const local = new LocalPolicies();
    const policies = new Policies().set({ name: 'one', target: org, rules });
    const view = policies.view();
    expect(local.policiesFor(view, MAILER)).toBe(local.policiesFor(view, MAILER));
  });
});

describe('a local verdict', () => {
  const judged = (document: object, asked: Partial<LocalAsk> = {}) =>
    new LocalPolicies().verdict(
      new Policies().set({ name: 'p', target: org, ...document }).view(),
      ask(asked),
    );

  it.each(['block', 'pause', 'quarantine', 'halt', 'revoke'])(
    'refuses a forbidden type whose rule says %s',
    (then) =>
      expect(judged({ rules: [deny(['email.*'], then)] })).toEqual({
        kind: 'refuse',
        retryAfterMs: null,
        ground: {
          policy: 'p' as PolicyName,
          rule: 0,
          says: 'p: intents of type email.send.v1 are not allowed',
        },
      }),
  );

  it('lets a forbidden type pass where the rule only alerts', () =>
    expect(judged({ rules: [deny(['email.*'], 'alert')] }).kind).toBe('pass'));

  it('lets everything pass in shadow, and passes it with a warning in warn', () => {
    const rules = [deny(['email.*'])];
    expect(judged({ mode: 'shadow', rules }).kind).toBe('pass');
    expect(judged({ mode: 'warn', rules }).kind).toBe('warn');
  });

  it('refuses what is not on an allow list', () => {
    const rules = [{ when: { tools: { allow: ['search', 'read.*'] } }, then: 'block' }];
    expect(judged({ rules }, { act: 'guard', name: 'read.file' }).kind).toBe('pass');
    expect(judged({ rules }, { act: 'guard', name: 'write.file' }).kind).toBe('refuse');
    expect(judged({ rules }, { act: 'send', name: 'write.file' }).kind).toBe('pass');
  });

  it('looks at one direction', () =>
    expect(judged({ rules: [deny(['email.*'])] }, { act: 'receive' }).kind).toBe('pass'));

  it('prefers a refusal to a warning that comes first', () => {
    const policies = new Policies()
      .set({ name: 'w', target: org, mode: 'warn', rules: [deny(['*'])] })
      .set({ name: 'r', target: org, rules: [deny(['email.*'])] });
    const verdict = new LocalPolicies().verdict(policies.view(), ask());
    expect(verdict).toMatchObject({ kind: 'refuse', ground: { policy: 'r' } });
  });
});

describe('a local rate', () => {
  const limited = (then: unknown, over = 3) =>
    new Policies().set({
      name: 'rate',
      target: org,
      rules: [{ when: { intents: { over, per: 'minute' } }, then }],
    });

  /** Asks each millisecond offset, and counts what passes. */
  const passed = (local: LocalPolicies, policies: Policies, asks: readonly LocalAsk[]) =>
    asks.filter((asked) => {
      const passes = local.verdict(policies.view(), asked).kind === 'pass';
      if (passes) local.admitted(policies.view(), asked);
      return passes;
    }).length;

  const each = (count: number, everyMs: number, more: Partial<LocalAsk> = {}) =>
    Array.from({ length: count }, (_, n) => ask({ nowMs: START_MS + n * everyMs, ...more }));

  it('blocks the act that would exceed it, and says when to come again', () => {
    const local = new LocalPolicies();
    const policies = limited('block');
    expect(passed(local, policies, each(10, 100))).toBe(3);
    const verdict = local.verdict(policies.view(), ask({ nowMs: START_MS + 1_000 }));
    if (verdict.kind !== 'refuse' || verdict.retryAfterMs === null) throw new Error('not refused');
    const later = START_MS + 1_000 + verdict.retryAfterMs;
    expect(local.verdict(policies.view(), ask({ nowMs: later - 1 })).kind).toBe('refuse');
    expect(local.verdict(policies.view(), ask({ nowMs: later })).kind).toBe('pass');
  });

  it('counts each agent by itself', () => {
    const local = new LocalPolicies();
    const policies = limited('block');
    const other = 'agent://acme/production/other' as Address;
    passed(local, policies, each(5, 10));
    expect(passed(local, policies, each(5, 10, { address: other }))).toBe(3);
  });

  it('begins anew when the policy changes', () => {
    const local = new LocalPolicies();
    const policies = limited('block');
    passed(local, policies, each(5, 10));
    policies.set({
      name: 'rate',
      target: org,
      rules: [{ when: { intents: { over: 4, per: 'minute' } }, then: 'block' }],
    });
    expect(passed(local, policies, each(9, 10))).toBe(4);
  });

  it('throttles what comes above it to its rate', () => {
    const policies = limited({ throttle: { to: 6, per: 'minute' } });
    // Three at once, one that the throttle begins with, and one each ten seconds.
    expect(passed(new LocalPolicies(), policies, each(300, 100))).toBe(3 + 1 + 2);
  });

  it('that stops for good is left to the count of the fleet', () => {
    expect(passed(new LocalPolicies(), limited('halt'), each(10, 10))).toBe(10);
  });

  it('of nothing lets nothing pass', () => {
    expect(passed(new LocalPolicies(), limited('block', 0), each(10, 10))).toBe(0);
  });
});

describe('a restriction', () => {
  const restriction = (perSecond: number): RestrictionRecord => ({
    address: MAILER,
    org: 'acme' as OrgName,
    policy: 'rate' as PolicyName,
    rule: 0,
    breachId: `breach_${'a'.repeat(20)}` as RestrictionRecord['breachId'],
    perSecond,
    untilMs: START_MS + 60_000,
    sequence: 9,
  });
  const restricted = (perSecond: number) => {
    const policies = new Policies();
    policies.restrictions = [restriction(perSecond)];
    return policies;
  };

  it('of nothing blocks all that goes out, until its time is over', () => {
    const view = restricted(0).view();
    const local = new LocalPolicies();
    expect(local.verdict(view, ask())).toMatchObject({ kind: 'refuse', retryAfterMs: 60_000 });
    expect(local.verdict(view, ask({ act: 'guard' })).kind).toBe('refuse');
    expect(local.verdict(view, ask({ act: 'receive' })).kind).toBe('pass');
    expect(local.verdict(view, ask({ nowMs: START_MS + 60_000 })).kind).toBe('pass');
  });

  it('of one rule takes nothing from that of another rule of the policy', () => {
    const policies = new Policies();
    policies.restrictions = [{ ...restriction(2), rule: 1 }, restriction(0)];
    const local = new LocalPolicies();
    local.verdict(policies.view(), ask());
    const later = ask({ nowMs: START_MS + 10_000 });
    expect(local.verdict(policies.view(), later)).toMatchObject({
      ...{ kind: 'refuse', retryAfterMs: 50_000 },
      ground: { rule: 0 },
    });
  });

  it('lets its rate pass, over all gateways together', () => {
    const policies = restricted(2);
    const gateways = [
      new LocalPolicies(),
      new LocalPolicies(),
      new LocalPolicies(),
      new LocalPolicies(),
    ];
    let passes = 0;
    for (let ms = 0; ms < 60_000; ms += 50) {
      for (const gateway of gateways) {
        const asked = ask({ gateways: 4, nowMs: START_MS + ms });
        if (gateway.verdict(policies.view(), asked).kind !== 'pass') continue;
        gateway.admitted(policies.view(), asked);
        passes += 1;
      }
    }
    expect(passes).toBeLessThanOrEqual(2 * 60 + 1);
    expect(passes).toBeGreaterThanOrEqual(2 * 60 - 8);
  });
});
