import type { SessionFact } from '#contracts';
import { PolicyStory } from '#testing';
import { HOUR_MS, MINUTE_MS } from '../time/spans.js';

const MAILER = 'agent://acme/production/mailer';
const OTHER = 'agent://acme/production/other';
const SESSION = '0190f1a0-0000-7000-8000-000000000001';
const rule = (when: object, then: unknown = 'halt', more: object = {}) => ({
  name: 'p',
  rules: [{ when, then, ...more }],
});
const story = (when: object, then: unknown = 'halt', more: object = {}) => {
  const told = new PolicyStory();
  told.policy(rule(when, then, more));
  return told;
};
const evidenceOf = (told: PolicyStory) => {
  const [effect] = told.take();
  return effect?.kind === 'breach' ? effect.request.evidence : effect?.fact.data.evidence;
};

describe('a sum', () => {
  it('breaches with the intent above the limit, not with the last within', () => {
    const told = story({ intents: { over: 500, per: 'hour' } });
    told.sent(MAILER, 499).sent(MAILER, 1);
    expect(told.takeWords()).toEqual([]);
    told.sent(MAILER, 1);
    expect(evidenceOf(told)).toEqual({
      condition: 'intents',
      measured: 501,
      limit: 500,
      window: 'per hour',
      samples: null,
      subject: null,
      says: '501 intents sent per hour',
    });
  });

  it('counts what passed, in its direction', () => {
    const told = story({ intents: { over: 5, per: 'minute', direction: 'receive' } });
    told.sent(MAILER, 100);
    told.decided(MAILER, { act: 'intent.receive', refusedBy: 'agent_paused', count: 100 });
    told.decided(MAILER, { act: 'intent.receive', count: 5 });
    expect(told.takeWords()).toEqual([]);
    told.decided(MAILER, { act: 'intent.receive', count: 1 });
    expect(told.takeWords()).toEqual(['p#0 halt mailer']);
  });

  it('forgets what is older than its window', () => {
    const told = story({ intents: { over: 10, per: 'minute' } });
    for (let n = 0; n < 20; n += 1) told.after(6_500).sent(MAILER, 1);
    expect(told.takeWords()).toEqual([]);
  });

  it('of each agent is its own', () => {
    const told = story({ intents: { over: 10, per: 'minute' } });
    told.sent(MAILER, 10).sent(OTHER, 10);
    expect(told.takeWords()).toEqual([]);
  });

  it('of dollars takes the larger of what was reported and what was declared', () => {
    const told = story({ cost_usd: { over: 10, per: 'day' } });
    told.beat(MAILER, { costMicroUsd: 9_000_000 });
    told.decided(MAILER, { act: 'guard', costMicroUsd: 10_000_000 });
    expect(told.takeWords()).toEqual([]);
    told.decided(MAILER, { act: 'guard', costMicroUsd: 10_000 });
    expect(evidenceOf(told)).toMatchObject({
      measured: 10.01,
      limit: 10,
      says: '10.01 dollars spent per day',
    });
  });

  it('of tokens adds those in and out', () => {
    const told = story({ tokens: { over: 100, per: 'total' } });
    told.beat(MAILER, { tokensIn: 60, tokensOut: 40 }).after(40 * 24 * HOUR_MS);
    told.beat(MAILER, { tokensOut: 1 });
    expect(evidenceOf(told)).toMatchObject({ measured: 101, window: 'total' });
  });

  it('of refusals counts what the agent may not, and nothing that the mesh lacks', () => {
    const told = story({ refusal_rate: { over: 3, per: 'minute' } }, 'quarantine');
    told.decided(MAILER, { refusedBy: 'gateway_fenced', count: 100 });
    told.decided(MAILER, { refusedBy: 'policy_blocked', count: 2 });
    told.decided(MAILER, { act: 'guard', refusedBy: 'budget_exceeded', count: 1 });
    expect(told.takeWords()).toEqual([]);
    told.decided(MAILER, { refusedBy: 'session_killed', count: 1 });
    expect(told.takeWords()).toEqual(['p#0 quarantine mailer']);
  });

  it('comes near its limit once in each window', () => {
    const told = story({ intents: { over: 100, per: 'minute' } }, 'halt', { warn_at: 0.8 });
    told.sent(MAILER, 79);
    expect(told.takeWords()).toEqual([]);
    told.sent(MAILER, 1).sent(MAILER, 1);
    expect(told.takeWords()).toEqual(['LimitNear p#0 mailer']);
    told.after(MINUTE_MS).sent(MAILER, 80);
    expect(told.takeWords()).toEqual(['LimitNear p#0 mailer']);
  });

  it('is counted when it happened, though its gateway could not store it then', () => {
    const told = story({ intents: { over: 100, per: 'minute' } });
    told.sent(MAILER, 1);
    const beganMs = told.nowMs;
    told.after(10 * MINUTE_MS);
    const late = new PolicyStory();
    late.policy(rule({ intents: { over: 100, per: 'minute' } }));
    late.sent(MAILER, 1);
    // Ten minutes of 60 intents each, stored all at once.
    for (let minute = 0; minute < 10; minute += 1) {
      late.nowMs = beganMs + minute * MINUTE_MS;
      late.sent(MAILER, 60);
      const stored = late.entries.at(-1);
      if (stored) stored.atMs = told.nowMs;
    }
    const again = new PolicyStory();
    late.replay(again.evaluation);
    expect(again.takeWords()).toEqual([]);
  });
});

describe('an error rate', () => {
  const errors = (failed: number, of: number) => ({ intentsTotal: of, intentsFailed: failed });

  it('needs its samples, and is a share of them', () => {
    const told = story({ error_rate: { over: 0.2, per: 'hour', min_samples: 20 } }, 'pause');
    told.beat(MAILER, errors(19, 19));
    expect(told.takeWords()).toEqual([]);
    told.beat(MAILER, errors(0, 1));
    expect(evidenceOf(told)).toMatchObject({ measured: 0.95, limit: 0.2, samples: 20 });
  });

  it('at its limit is no breach', () => {
    const told = story({ error_rate: { over: 0.5, per: 'hour', min_samples: 10 } }, 'pause');
    told.beat(MAILER, errors(10, 20));
    expect(told.takeWords()).toEqual([]);
    told.beat(MAILER, errors(1, 1));
    expect(told.takeWords()).toEqual(['p#0 pause mailer']);
  });
});

describe('a forbidden name', () => {
  it('that a gateway refused for this rule stops the agent', () => {
    const told = story({ tools: { deny: ['shell.*'] } }, 'quarantine');
    const refused = { act: 'guard' as const, refusedBy: 'policy_blocked', subject: 'shell.exec' };
    told.decided(MAILER, { ...refused, policy: 'other' as never, rule: 0 });
    expect(told.takeWords()).toEqual([]);
    told.decided(MAILER, { ...refused, policy: 'p' as never, rule: 0 });
    expect(evidenceOf(told)).toMatchObject({
      condition: 'tools',
      subject: 'shell.exec',
      says: 'the tool shell.exec is not allowed; it was refused',
    });
  });

  it('that passed where nobody refuses it is told too', () => {
    const told = story({ intent_types: { allow: ['mail.*'] } }, 'alert');
    told.decided(MAILER, { subject: 'mail.send.v1' });
    expect(told.takeWords()).toEqual([]);
    told.decided(MAILER, { subject: 'deploy.run.v1' });
    expect(told.takeWords()).toEqual(['p#0 alert mailer']);
  });

  it('whose rule blocks is told without a restriction: each act is refused by itself', () => {
    const told = story({ tools: { deny: ['shell.*'] } }, 'block');
    told.decided(MAILER, { act: 'guard', subject: 'shell.exec' });
    expect(told.take()).toMatchObject([{ untilMs: null, request: { action: 'block' } }]);
  });
});

describe('a restriction', () => {
  it('lasts until the sum is at its limit again', () => {
    const told = story({ intents: { over: 100, per: 'hour' } }, 'block');
    told.after(10 * MINUTE_MS).sent(MAILER, 60);
    told.after(10 * MINUTE_MS).sent(MAILER, 50);
    const [effect] = told.take();
    if (effect?.kind !== 'breach') throw new Error('no breach');
    // The sixty leave the window an hour after they came.
    expect(effect.untilMs).toBe(told.nowMs + 50 * MINUTE_MS);
    told.after(30 * MINUTE_MS).sent(MAILER, 1);
    expect(told.takeWords()).toEqual([]);
  });

  it('lasts for the cooldown at least', () => {
    const told = story({ burst: { min_samples: 10 } }, { throttle: { to: 1, per: 'second' } });
    for (let n = 0; n < 20; n += 1) told.sent(MAILER, 2).after(MINUTE_MS);
    told.sent(MAILER, 50);
    expect(told.take()).toMatchObject([{ untilMs: told.nowMs + 60_000 }]);
  });
});

describe('a session', () => {
  const act = { act: 'guard' as const, session: SESSION as never };
  const started: SessionFact = {
    type: 'SessionStarted',
    data: {
      ...{ sessionId: SESSION as never, namespace: 'acme/production' as never },
      ...{ owner: MAILER as never, sessionType: null, projectId: null, parent: null },
      ...{ ancestors: [], dependsOn: [], metadata: {}, notAfter: null },
      limits: { maxDurationS: 3600, maxActions: null, maxCostMicro: null },
    },
  };

  it('of more actions than allowed is told once', () => {
    const told = story({ session_actions: { over: 3 } });
    told.decided(MAILER, { ...act, count: 3 });
    expect(told.takeWords()).toEqual([]);
    told.decided(MAILER, act).after(HOUR_MS).decided(MAILER, act);
    expect(told.takeWords()).toEqual(['p#0 halt mailer']);
  });

  it('that goes on above its limit is blocked again when the block is over', () => {
    const told = story({ session_actions: { over: 3 } }, 'block');
    told.decided(MAILER, { ...act, count: 4 }).decided(MAILER, act);
    const [first] = told.take();
    told.after(HOUR_MS).decided(MAILER, act);
    const [again] = told.take();
    expect(again).toMatchObject({ kind: 'breach', request: { action: 'block' } });
    expect(again?.id).not.toBe(first?.id);
  });

  it('is measured by what its calls declare', () => {
    const told = story({ session_cost: { over: 1.5 } });
    told.decided(MAILER, { ...act, costMicroUsd: 1_500_000 });
    expect(told.takeWords()).toEqual([]);
    told.decided(MAILER, { ...act, costMicroUsd: 1 });
    expect(evidenceOf(told)).toMatchObject({ condition: 'session_cost', subject: SESSION });
  });

  it('that lasts too long is told without anything else happening', () => {
    const told = story({ session_duration: { over: 60 } }, 'halt', { warn_at: 0.5 });
    told.session(started).after(29_000).tick();
    expect(told.takeWords()).toEqual([]);
    told.after(2_000).tick();
    expect(told.takeWords()).toEqual(['LimitNear p#0 mailer']);
    told.after(30_000).tick().after(60_000).tick();
    expect(told.takeWords()).toEqual(['p#0 halt mailer']);
  });

  it('that ended in time is not told', () => {
    const told = story({ session_duration: { over: 60 } });
    told.session(started).after(10_000);
    const end = { seq: 1, by: MAILER as never, result: null };
    told.session({ type: 'SessionCompleted', data: { sessionId: SESSION as never, ...end } });
    told.after(HOUR_MS).tick();
    expect(told.takeWords()).toEqual([]);
  });
});

describe('a signal', () => {
  const signal = (more: object = {}) => ({
    ...{ source: 'fraud', metric: 'risk', severity: 'critical', selector: { agent: MAILER } },
    ...more,
  });
  const subject = 'signal.acme._.fraud';

  it('of its source, metric and severity stops whom it names, if the policy watches it', () => {
    const told = story({ signal: { source: 'fraud', metric: 'risk', severity: 'warning' } });
    for (const more of [
      { severity: 'info' },
      { metric: 'latency' },
      { selector: { agent: 'agent://umbrella/production/mailer' } },
      { status: 'resolved' },
    ]) {
      told.signal(subject, signal(more));
    }
    expect(told.takeWords()).toEqual([]);
    told.signal(subject, signal());
    expect(told.takeWords()).toEqual(['p#0 halt mailer']);
  });

  it('that repeats a condition says nothing new', () => {
    const told = story({ signal: {} }, 'alert', {});
    const again = { fingerprint: 'f1', since: '2026-01-31T03:00:00.000Z' };
    told.signal(subject, signal(again)).after(HOUR_MS).signal(subject, signal(again));
    expect(told.takeWords()).toEqual(['p#0 alert mailer']);
    told.signal(subject, signal({ ...again, since: '2026-01-31T04:30:00.000Z' }));
    expect(told.takeWords()).toEqual(['p#0 alert mailer']);
  });
});

describe('a burst', () => {
  const quiet = (told: PolicyStory, minutes: number, perMinute: (n: number) => number) => {
    for (let n = 0; n < minutes; n += 1) told.sent(MAILER, perMinute(n)).after(MINUTE_MS);
  };

  it('needs its minutes before it says anything', () => {
    const told = story({ burst: {} }, 'alert');
    quiet(told, 59, () => 10);
    told.sent(MAILER, 1000);
    expect(told.takeWords()).toEqual([]);
  });

  it('is much more in a minute than the minutes before make likely', () => {
    const told = story({ burst: { factor: 5 } }, 'alert');
    quiet(told, 120, (n) => 8 + (n % 5));
    told.sent(MAILER, 49);
    expect(told.takeWords()).toEqual([]);
    told.sent(MAILER, 21);
    expect(evidenceOf(told)).toMatchObject({ condition: 'burst', measured: 70, samples: 120 });
  });

  it('is none where the agent does as much now and then', () => {
    const told = story({ burst: { factor: 5 } }, 'alert');
    quiet(told, 240, (n) => (n % 12 === 0 ? 120 : 4));
    expect(told.takeWords()).toEqual([]);
  });

  it('is none at the first handful after a long silence', () => {
    const told = story({ burst: {} }, 'alert');
    told
      .sent(MAILER, 1)
      .after(10 * HOUR_MS)
      .sent(MAILER, 5);
    expect(told.takeWords()).toEqual([]);
  });
});

describe('a drift', () => {
  const hours = (told: PolicyStory, count: number, perHour: (n: number) => number) => {
    for (let n = 0; n < count; n += 1) told.sent(MAILER, perHour(n)).after(HOUR_MS);
  };

  it('is an hour that the week before makes unlikely, up or down', () => {
    for (const odd of [400, 5]) {
      const told = story({ drift: { of: 'intents' } }, 'alert');
      hours(told, 120, (n) => 180 + ((n * 7) % 40));
      expect(told.takeWords()).toEqual([]);
      hours(told, 1, () => odd);
      told.sent(MAILER, 1);
      expect(evidenceOf(told)).toMatchObject({ condition: 'drift', measured: odd, samples: 120 });
    }
  });

  it('is none while there is not enough to compare with', () => {
    const told = story({ drift: { of: 'intents', min_samples: 100 } }, 'alert');
    hours(told, 90, () => 10);
    hours(told, 2, () => 10_000);
    expect(told.takeWords()).toEqual([]);
  });

  it('of errors compares two shares', () => {
    const told = story({ drift: { of: 'error_rate' } }, 'alert');
    const hour = (failed: number) =>
      told.beat(MAILER, { intentsTotal: 200, intentsFailed: failed }).after(HOUR_MS);
    for (let n = 0; n < 100; n += 1) hour(n % 5);
    expect(told.takeWords()).toEqual([]);
    hour(40);
    told.beat(MAILER, {});
    expect(evidenceOf(told)).toMatchObject({ measured: 0.2, subject: 'error_rate' });
  });
});
