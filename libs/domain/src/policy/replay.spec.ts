import { PolicyStory, storyIds } from '#testing';
import fc from 'fast-check';
import { PolicyEvaluation } from './policy-evaluation.js';

const agents = ['a', 'b', 'c', 'd'].map((name) => `agent://acme/production/${name}`);
const agent = fc.constantFrom(...agents);
const when = fc.constantFrom<object>(
  { intents: { over: 40, per: 'minute' } },
  { intents: { over: 200, per: 'day' } },
  { cost_usd: { over: 2, per: 'hour' } },
  { tokens: { over: 5000, per: 'total' } },
  { error_rate: { over: 0.3, per: 'minute', min_samples: 10 } },
  { refusal_rate: { over: 20, per: 'minute' } },
  { heartbeat_age: { over: 300 } },
  { burst: { min_samples: 10 } },
  { drift: { of: 'intents', min_samples: 10 } },
  { tools: { deny: ['shell.*'] } },
  { session_actions: { over: 10 } },
);
const then = fc.constantFrom<unknown>('alert', 'block', 'pause', 'halt');
const policy = fc.record({
  name: fc.constantFrom('one', 'two'),
  rules: fc.array(fc.record({ when, then }), { minLength: 1, maxLength: 3 }),
  cooldown_seconds: fc.constantFrom(0, 60, 600),
  max_stops_per_minute: fc.constantFrom(1, 10),
});
const SESSION = '0190f1a0-0000-7000-8000-000000000001' as never;

type Step = (story: PolicyStory) => void;

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 1,
    arbitrary: policy.map(
      (set): Step =>
        (story) =>
          void story.policy(set),
    ),
  },
  {
    weight: 8,
    arbitrary: fc.tuple(agent, fc.integer({ min: 1, max: 30 })).map(
      ([who, count]): Step =>
        (story) =>
          void story.sent(who, count),
    ),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(agent, fc.integer({ min: 0, max: 900_000 }), fc.integer({ min: 0, max: 20 }))
      .map(([who, costMicroUsd, failed]): Step => (story) => {
        const usage = { costMicroUsd, intentsTotal: 20, intentsFailed: failed, tokensIn: 300 };
        story.beat(who, usage);
      }),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(agent, fc.constantFrom('shell.exec', 'search')).map(
      ([who, subject]): Step =>
        (story) =>
          void story.decided(
            who,
            { act: 'guard', subject, session: SESSION, count: 3 },
            { refusedBy: 'policy_blocked', count: 7 },
          ),
    ),
  },
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 90_000 }).map(passes) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 4 * 3_600_000 }).map(passes) },
  { weight: 4, arbitrary: fc.constant<Step>((story) => void story.carryOutAll()) },
  { weight: 1, arbitrary: fc.constant<Step>(liftOne) },
);

function passes(ms: number): Step {
  return (story) => void story.after(ms).tick();
}

/** People lift the oldest stop. */
function liftOne(story: PolicyStory): void {
  const [order] = [...story.evaluation.view.standing()];
  if (order === undefined) return;
  const data = { orderId: order.orderId, reason: 'ok', cause: 'operator' } as const;
  story.control({ type: 'StopLifted', data });
}

const history = fc.array(step, { minLength: 10, maxLength: 120 });
const start: Step = (story) =>
  void story.policy({
    name: 'one',
    rules: [{ when: { intents: { over: 30, per: 'hour' } }, then: 'halt' }],
  });

const told = (story: PolicyStory): Set<string> =>
  new Set(
    story.entries.flatMap((entry) =>
      entry.log === 'control' && entry.fact.type === 'PolicyBreached'
        ? [entry.fact.data.breachId]
        : [],
    ),
  );

describe('an evaluator that is killed', () => {
  it('and goes on from its snapshot comes to the same as one that never was', () => {
    fc.assert(
      fc.property(history, fc.nat({ max: 100 }), (steps, cutPercent) => {
        const story = new PolicyStory();
        const cut = Math.floor((steps.length * cutPercent) / 100);
        start(story);
        steps.slice(0, cut).forEach((tell) => tell(story));
        const saved = JSON.stringify(story.evaluation.save());
        const from = story.entries.length;
        const before = new Set([...story.evaluation.pending.all()].map(({ id }) => id));
        steps.slice(cut).forEach((tell) => tell(story));
        const restarted = story.restarted(saved, from);
        story.replay(restarted, from);
        // What was done meanwhile is asked for again by the same ids: whoever does it does nothing twice.
        const known = new Set([...told(story), ...before]);
        for (const effect of restarted.pending.all()) {
          if (effect.kind === 'breach' && !story.evaluation.pending.has(effect.id)) {
            expect(known).toContain(effect.id);
          }
        }
        for (const { id } of restarted.pending.all()) story.evaluation.pending.settle(id);
        expect([...story.evaluation.pending.all()]).toEqual([]);
        for (const { id } of [...restarted.pending.all()]) restarted.pending.settle(id);
        expect(JSON.parse(JSON.stringify(restarted.save()))).toEqual(
          JSON.parse(JSON.stringify(story.evaluation.save())),
        );
      }),
      { numRuns: 200 },
    );
  });

  it('and has lost its snapshot asks for nothing that was not asked for before', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const story = new PolicyStory();
        start(story);
        steps.forEach((tell) => tell(story));
        story.carryOutAll();
        const again = new PolicyEvaluation({ isOwn: () => true, ids: storyIds });
        story.replay(again);
        const known = told(story);
        const asked = [...again.pending.all()].filter(({ kind }) => kind === 'breach');
        expect(asked.filter(({ id }) => !known.has(id as never))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('cannot stop anybody by what happened long ago', () => {
    const story = new PolicyStory();
    start(story);
    story
      .sent(agents[0] ?? '', 31)
      .after(2 * 3_600_000)
      .tick();
    expect(story.evaluation.pending.size).toBe(1);
    expect(story.evaluation.pending.dropBefore(story.nowMs - 3_600_000)).toBe(1);
    expect(story.evaluation.pending.size).toBe(0);
  });
});
