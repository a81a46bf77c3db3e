import { type OrgName, PolicyDocument } from '#contracts';
import { PolicyStory } from '#testing';
import { MINUTE_MS } from '../time/spans.js';
import { Backtest } from './backtest.js';

const MAILER = 'agent://acme/production/mailer';
const OTHER = 'agent://acme/production/other';

const recordOf = (document: object) => {
  const parsed = PolicyDocument.parse({ name: 'draft', target: { org: 'acme' }, ...document });
  const by = { kind: 'system', id: 'spec', via: 'spec' } as const;
  const setAt = '2026-01-31T03:00:00.000Z';
  return { org: 'acme' as OrgName, policy: parsed.name, document: parsed, by, setAt, sequence: 1 };
};

const run = (story: PolicyStory, document: object): Backtest => {
  const test = new Backtest(recordOf(document), story.evaluation.view);
  for (const { log, atMs, sequence, ...entry } of story.entries) {
    if (log !== 'activity' || !('event' in entry)) continue;
    const event = entry.event as never;
    test.activity({ sequence, storedAtMs: atMs, decoded: { known: true, event } });
  }
  test.end(story.nowMs);
  return test;
};

describe('a backtest', () => {
  const history = () => {
    const story = new PolicyStory();
    for (let minute = 0; minute < 30; minute += 1) {
      story.sent(MAILER, 30).sent(OTHER, 1).beat(MAILER, { costMicroUsd: 100_000 });
      story.after(MINUTE_MS);
    }
    return story;
  };
  const rules = (then: string) => [{ when: { intents: { over: 300, per: 'hour' } }, then }];

  it('says when and on whom it would have fired, and what that would have saved', () => {
    const story = history();
    const test = run(story, { rules: rules('halt'), cooldown_seconds: 300 });
    expect(test.results()).toMatchObject([
      {
        rule: 0,
        address: MAILER,
        atMs: story.nowMs - 20 * MINUTE_MS,
        action: 'halt',
        times: 4,
        evidence: { measured: 330 },
        // The nineteen minutes that came after, and the heartbeat of the minute itself.
        saved: { intents: 19 * 30, reported: 20 * 100_000 },
      },
    ]);
    expect([test.events, test.agents, test.fired]).toEqual([90, 2, 1]);
  });

  it('saves nothing by an alert', () => {
    const [result] = run(history(), { rules: rules('alert') }).results();
    expect(result?.saved).toEqual({ intents: 0, reported: 0, declared: 0 });
  });

  it('of a policy that watches nobody finds nobody', () => {
    const test = run(history(), { rules: rules('halt'), target: { tag: 'canary' } });
    expect([test.agents, test.fired, test.events]).toEqual([0, 0, 90]);
  });

  it('fires when the evaluator did', () => {
    const story = new PolicyStory();
    const document = { name: 'draft', rules: rules('halt'), cooldown_seconds: 300 };
    story.policy(document);
    for (let minute = 0; minute < 30; minute += 1) story.sent(MAILER, 30).after(MINUTE_MS);
    const fired = story.take();
    const [result] = run(story, document).results();
    expect(result?.times).toBe(fired.length);
    expect(result?.atMs).toBe(fired[0]?.storedAtMs);
  });
});
