import { orderIdOf, PolicyStory, stopOrdered } from '#testing';
import { MINUTE_MS } from '../time/spans.js';

const agent = (n: number | string) => `agent://acme/production/a${n}`;
const MAILER = agent(0);
const SESSION = '0190f1a0-0000-7000-8000-000000000001';
const over = (then: unknown = 'halt', more: object = {}) => ({
  name: 'p',
  rules: [{ when: { intents: { over: 10, per: 'hour' } }, then }],
  ...more,
});

describe('a policy in', () => {
  it.each(['shadow', 'warn'])('%s tells what it would do, and does nothing', (mode) => {
    const told = new PolicyStory();
    told.policy(over('halt', { mode }));
    told.sent(MAILER, 11).sent(MAILER, 1);
    expect(told.take()).toMatchObject([
      { kind: 'fact', fact: { type: 'BreachSeen', data: { mode, action: 'halt' } } },
    ]);
  });

  it('enforce asks for what its rule says, once', () => {
    const told = new PolicyStory();
    told.policy(over());
    told.sent(MAILER, 11).sent(MAILER, 1).sent(MAILER, 1);
    expect(told.takeWords()).toEqual(['p#0 halt a0']);
  });
});

describe('what is only told', () => {
  it.each([
    ['an alert', 'alert', 'enforce'],
    ['a stop in shadow', 'halt', 'shadow'],
  ])(
    'as %s is, is told once for each window, though the limit is exceeded all the time',
    (_, then, mode) => {
      const told = new PolicyStory();
      told.policy(over(then, { mode }));
      for (let n = 0; n < 118; n += 1) told.sent(MAILER, 11).after(MINUTE_MS);
      expect(told.take()).toHaveLength(2);
    },
  );
});

describe('the cooldown', () => {
  it('is kept between two breaches of one rule by one agent', () => {
    const told = new PolicyStory();
    told.policy(over('halt', { cooldown_seconds: 300 }));
    told.sent(MAILER, 11).after(299_000).sent(MAILER, 1);
    expect(told.takeWords()).toEqual(['p#0 halt a0']);
    told.after(1_000).sent(MAILER, 1);
    expect(told.takeWords()).toEqual(['p#0 halt a0']);
  });

  it('of one agent is not another’s', () => {
    const told = new PolicyStory();
    told.policy(over('alert'));
    told.sent(agent(1), 11).sent(agent(2), 11);
    expect(told.takeWords()).toEqual(['p#0 alert a1', 'p#0 alert a2']);
  });
});

describe('stops per minute', () => {
  const flood = (told: PolicyStory, from: number, to: number) => {
    for (let n = from; n < to; n += 1) told.sent(agent(n), 11);
  };

  it('above their number are one breach that is braked, and facts', () => {
    const told = new PolicyStory();
    told.policy(over('halt', { max_stops_per_minute: 3 }));
    flood(told, 0, 6);
    expect(told.takeWords()).toEqual([
      'p#0 halt a0',
      'p#0 halt a1',
      'p#0 halt a2',
      'p#0 stops_per_minute a3',
      'PolicyBraked p#0 a4',
      'PolicyBraked p#0 a5',
    ]);
  });

  it('count those of other replicas, as the log tells them', () => {
    const told = new PolicyStory((address) => address !== agent('x'));
    const policySequence = told.policy(over('halt', { max_stops_per_minute: 1 }));
    const evidence = { condition: 'intents', measured: 11, limit: 10, window: 'per hour' };
    told.control({
      type: 'PolicyBreached',
      data: {
        ...{ breachId: `breach_${'b'.repeat(20)}` as never, org: 'acme' as never },
        ...{ policy: 'p' as never, policySequence, rule: 0, address: agent('x') as never },
        ...{ outcome: 'stop', mode: 'halt', orderId: orderIdOf('x') },
        evidence: { ...evidence, samples: null, subject: null, says: 'much' },
      },
    });
    told.sent(agent(1), 11);
    expect(told.takeWords()).toEqual(['p#0 stops_per_minute a1']);
  });

  it('go on a minute later with those that still breach', () => {
    const told = new PolicyStory();
    told.policy(over('halt', { max_stops_per_minute: 1 }));
    flood(told, 0, 2);
    told.carryOutAll();
    told.after(MINUTE_MS).sent(agent(1), 1);
    expect(told.takeWords()).toEqual(['p#0 halt a1']);
  });

  it('are no matter to rules that only alert', () => {
    const told = new PolicyStory();
    told.policy(over('alert', { max_stops_per_minute: 1 }));
    flood(told, 0, 5);
    expect(told.take()).toHaveLength(5);
  });
});

describe('an agent that is stopped already', () => {
  const held = (mode: 'pause' | 'quarantine' | 'halt', then: unknown) => {
    const told = new PolicyStory();
    told.policy({ name: 'p', rules: [{ when: { cost_usd: { over: 1, per: 'day' } }, then }] });
    told.control(stopOrdered({ agent: MAILER }, { mode }));
    return told.beat(MAILER, { costMicroUsd: 2_000_000 }).takeWords();
  };

  it('is left alone in quarantine, whatever it does', () => {
    for (const then of ['alert', 'block', 'halt', 'revoke']) {
      expect(held('quarantine', then)).toEqual([]);
    }
  });

  it('is stopped again only more strictly', () => {
    expect(held('halt', 'pause')).toEqual([]);
    expect(held('halt', 'halt')).toEqual([]);
    expect(held('pause', 'block')).toEqual([]);
    expect(held('pause', 'halt')).toEqual(['p#0 halt a0']);
    expect(held('halt', 'alert')).toEqual(['p#0 alert a0']);
  });

  it('is not held to account for the refusals that its stop makes', () => {
    const told = new PolicyStory();
    told.policy({
      name: 'p',
      rules: [{ when: { refusal_rate: { over: 5, per: 'minute' } }, then: 'quarantine' }],
    });
    told.control(stopOrdered({ agent: MAILER }, { mode: 'pause' }));
    told.decided(MAILER, { refusedBy: 'agent_paused', orderId: orderIdOf('one'), count: 100 });
    expect(told.takeWords()).toEqual([]);
  });
});

describe('an agent that people let go on', () => {
  it('begins anew with what stopped it, and is stopped again by the same limit', () => {
    const told = new PolicyStory();
    told.policy(over());
    told.sent(MAILER, 11);
    const [effect] = told.carryOutAll();
    if (effect?.kind !== 'breach') throw new Error('no breach');
    told.after(2 * MINUTE_MS);
    const orderId = orderIdOf(effect.request.breachId);
    told.control({ type: 'StopLifted', data: { orderId, reason: 'ok', cause: 'operator' } });
    told.sent(MAILER, 10);
    expect(told.takeWords()).toEqual([]);
    told.sent(MAILER, 1);
    expect(told.take()).toMatchObject([{ request: { evidence: { measured: 11 } } }]);
  });

  it('has the allowance of its session again, and no more than that', () => {
    const told = new PolicyStory();
    told.policy(
      over('halt', { rules: [{ when: { session_actions: { over: 3 } }, then: 'halt' }] }),
    );
    const act = { act: 'guard' as const, session: SESSION as never };
    told.decided(MAILER, { ...act, count: 4 });
    const [effect] = told.carryOutAll();
    if (effect?.kind !== 'breach') throw new Error('no breach');
    told.after(2 * MINUTE_MS);
    const orderId = orderIdOf(effect.request.breachId);
    told.control({ type: 'StopLifted', data: { orderId, reason: 'ok', cause: 'operator' } });
    told.decided(MAILER, { ...act, count: 3 });
    expect(told.takeWords()).toEqual([]);
    told.decided(MAILER, act);
    expect(told.take()).toMatchObject([{ request: { evidence: { measured: 4 } } }]);
  });
});

describe('a policy that is changed', () => {
  it('goes on with what it measured, and measures it by the new limit at once', () => {
    const told = new PolicyStory();
    told.policy(over());
    told.sent(MAILER, 8);
    told.policy({
      name: 'p',
      rules: [{ when: { intents: { over: 8, per: 'hour' } }, then: 'halt' }],
    });
    expect(told.sent(MAILER, 1).takeWords()).toEqual(['p#0 halt a0']);
  });

  it('measures nothing from before it was set first', () => {
    const told = new PolicyStory();
    told.sent(MAILER, 100);
    told.policy(over());
    expect(told.sent(MAILER, 10).takeWords()).toEqual([]);
  });

  it('does nothing more when it is removed', () => {
    const told = new PolicyStory();
    told.policy(over());
    told.sent(MAILER, 10);
    const named = { org: 'acme' as never, policy: 'p' as never };
    told.control({ type: 'PolicyRemoved', data: named });
    expect(told.sent(MAILER, 10).takeWords()).toEqual([]);
  });
});

describe('a heartbeat that does not come', () => {
  const silence = (overS = 120, then: unknown = 'halt') => ({
    name: 'p',
    rules: [{ when: { heartbeat_age: { over: overS } }, then }],
  });
  /** A fleet that beats each thirty seconds, without those left out. */
  const beats = (told: PolicyStory, count: number, minutes: number, without: number[] = []) => {
    for (let half = 0; half < minutes * 2; half += 1) {
      for (let n = 0; n < count; n += 1) if (!without.includes(n)) told.beat(agent(n));
      told.after(30_000).tick();
    }
  };

  it('stops the agent once, after its limit', () => {
    const told = new PolicyStory();
    told.policy(silence());
    beats(told, 5, 5);
    expect(told.takeWords()).toEqual([]);
    beats(told, 5, 1.5, [3]);
    expect(told.takeWords()).toEqual([]);
    beats(told, 5, 10, [3]);
    expect(told.takeWords()).toEqual(['p#0 halt a3']);
  });

  it('is nothing for an agent that never had one', () => {
    const told = new PolicyStory();
    told.policy(silence());
    told.sent(MAILER, 1).after(3_600_000).tick();
    expect(told.takeWords()).toEqual([]);
  });

  it('is noticed too where the agent had fallen silent before the policy was set', () => {
    const told = new PolicyStory();
    beats(told, 5, 2);
    beats(told, 5, 1, [4]);
    told.policy(silence());
    beats(told, 5, 2, [4]);
    expect(told.takeWords()).toEqual(['p#0 halt a4']);
  });

  it.each([
    ['a node', { type: 'NodeJoined', boot: 1 }],
    ['a gateway', { type: 'GatewayJoined', boot: 2 }],
  ])('is held against nobody for twice the limit after %s began anew', (_, { type, boot }) => {
    const told = new PolicyStory();
    told.policy(silence());
    beats(told, 5, 5);
    const data = { boot, node: 'n', name: 'n', gateway: 'g', region: 'us' };
    told.after(60_000).control({ type, data } as never);
    beats(told, 5, 3.5, [2]);
    expect(told.takeWords()).toEqual([]);
    beats(told, 5, 1, [2]);
    expect(told.takeWords()).toEqual(['p#0 halt a2']);
  });

  it('is held against nobody for twice the limit after their gateway was gone', () => {
    const told = new PolicyStory();
    told.policy(silence());
    beats(told, 5, 5);
    const gone = { gateway: 'us-1' as never, boot: 1 };
    told.after(30_000).control({ type: 'GatewayRemoved', data: gone as never });
    told.after(235_000).tick();
    expect(told.takeWords()).toEqual([]);
    // The others came back through another one.
    told.through('us-2');
    beats(told, 5, 1, [2]);
    expect(told.takeWords()).toEqual(['p#0 halt a2']);
  });

  it('of more than half the fleet at once raises one alarm, and stops nobody', () => {
    const told = new PolicyStory();
    told.policy(silence());
    beats(told, 10, 5);
    beats(told, 10, 2.5, [0, 1, 2, 3, 4, 5]);
    expect(told.take()).toMatchObject([
      {
        kind: 'fact',
        fact: {
          type: 'PolicyBraked',
          data: { brake: 'heartbeat_cliff', address: null, agents: 6 },
        },
      },
    ]);
  });

  it('of some is dealt with when the others are back', () => {
    const told = new PolicyStory();
    told.policy(silence());
    beats(told, 10, 5);
    beats(told, 10, 2.5, [0, 1, 2, 3, 4, 5]);
    told.take();
    beats(told, 10, 1, [0]);
    expect(told.takeWords()).toEqual(['p#0 halt a0']);
  });
});
