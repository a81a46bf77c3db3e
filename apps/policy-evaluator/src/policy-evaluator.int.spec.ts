import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { BacktestAnswer, live, type StopOrderId, controlSubject } from '#contracts';
import { connectNats, type Nats, provisionStreams } from '#event-store-jetstream';
import { createLogger, createMetrics, systemClock } from '#platform';
import { claimNatsAccount, temporaryDirectory, until } from '#testing';
import { EvaluatorWorld } from './evaluator-world.js';
import { PolicyEvaluator, type PolicyEvaluatorOptions } from './policy-evaluator.js';

jest.setTimeout(60_000);

const log = createLogger({ service: 'spec', level: 'silent' });
const agent = (name: string) => `agent://acme/production/${name}`;
const MAILER = agent('mailer');
const halting = {
  name: 'rate',
  rules: [{ when: { intents: { over: 100, per: 'hour' } }, then: 'halt' }],
};

describe('the policy evaluator', () => {
  let nats: Nats;
  let world: EvaluatorWorld;
  let dataDir: string;
  let running: PolicyEvaluator[];

  const start = (more: Partial<PolicyEvaluatorOptions> = {}): PolicyEvaluator => {
    const evaluator = new PolicyEvaluator({
      ...{ nats, dataDir, log, clock: systemClock, partition: { index: 1, of: 1 } },
      metrics: createMetrics('spec', { processDefaults: false }),
      snapshotEveryMs: 50,
      ...more,
    });
    evaluator.start();
    running.push(evaluator);
    return evaluator;
  };
  const ready = (evaluator: PolicyEvaluator) => until(() => evaluator.check().ok);
  const stopped = (...names: string[]) =>
    until(async () => {
      const found = await world.stopped();
      return found.length >= names.length && found;
    }).then((found) => expect([...found].sort()).toEqual([...names].sort()));
  const snapshotFile = () => join(dataDir, 'snapshot.json');
  /** The positions on the disk reach this event of the activity log. */
  const saved = (sequence: number) =>
    until(() => {
      if (!existsSync(snapshotFile())) return false;
      const text = readFileSync(snapshotFile(), 'utf8');
      const content = JSON.parse(text.slice(text.indexOf('\n'))) as {
        positions: { ACTIVITY: number };
      };
      return content.positions.ACTIVITY >= sequence;
    });
  /** What kill -9 leaves: the process is gone and says nothing more; only its snapshot and the logs stay. */
  const killed = async (evaluator: PolicyEvaluator): Promise<void> => {
    const left = existsSync(snapshotFile()) ? readFileSync(snapshotFile()) : null;
    await evaluator.stop();
    if (left !== null) writeFileSync(snapshotFile(), left);
  };
  const backtest = async (request: object) =>
    BacktestAnswer.parse(
      JSON.parse(
        Buffer.from(
          await nats.messaging().request(live.backtest, JSON.stringify(request), 10_000),
        ).toString(),
      ),
    );

  beforeEach(async () => {
    running = [];
    dataDir = temporaryDirectory('evaluator');
    const { url, user, password } = await claimNatsAccount();
    nats = await connectNats({ servers: url, user, password, name: 'spec' });
    await provisionStreams(nats, { replicas: 1 });
    world = new EvaluatorWorld(nats);
    await world.begin();
  });

  afterEach(async () => {
    await Promise.all(running.map((evaluator) => evaluator.stop()));
    await nats?.close();
  });

  it('stops an agent that breaches a rule, once, with what was measured', async () => {
    world.answerBreaches();
    await world.policy(halting);
    await ready(start());
    await world.sent(MAILER, 60);
    await world.sent(MAILER, 60);
    await world.sent(MAILER, 60);
    await stopped('mailer');
    expect(world.asked).toMatchObject([
      { policy: 'rate', rule: 0, address: MAILER, action: 'halt', evidence: { measured: 120 } },
    ]);
  });

  it('tells again until somebody answers', async () => {
    let refusals = 0;
    const busy = world.answer(() => {
      refusals += 1;
      return { ok: false, code: 'unavailable', message: 'the log cannot be reached' };
    });
    await world.policy(halting);
    await ready(start());
    await world.sent(MAILER, 101);
    await until(() => refusals >= 3);
    busy.stop();
    world.answerBreaches();
    await stopped('mailer');
    expect(new Set(world.asked.map(({ breachId }) => breachId)).size).toBe(1);
  });

  it('forgets nothing when it is killed, and stops nobody twice', async () => {
    world.answerBreaches();
    await world.policy(halting);
    const first = start();
    await ready(first);
    await world.sent(agent('over'), 101);
    await stopped('over');
    await saved(await world.sent(MAILER, 60));
    await killed(first);
    // What happens while no evaluator runs is evaluated by the next.
    await world.sent(MAILER, 41);
    await ready(start());
    await stopped('over', 'mailer');
    expect(world.asked.filter(({ address }) => address === MAILER)).toMatchObject([
      { evidence: { measured: 101 } },
    ]);
    await world.sent(agent('over'), 1);
    await world.sent(agent('third'), 101);
    await stopped('over', 'mailer', 'third');
  });

  it.each(['lost', 'damaged'])(
    'reads the logs again when its snapshot is %s, and stops nobody twice',
    async (how) => {
      world.answerBreaches();
      await world.policy(halting);
      const first = start();
      await ready(first);
      await world.sent(agent('over'), 101);
      await stopped('over');
      await saved(await world.sent(MAILER, 60));
      await first.stop();
      if (how === 'lost') dataDir = temporaryDirectory('evaluator');
      else writeFileSync(snapshotFile(), readFileSync(snapshotFile(), 'utf8').replace('60', '16'));
      await ready(start());
      await world.sent(MAILER, 41);
      await stopped('over', 'mailer');
    },
  );

  it('asks for a stop that it found before it was killed, and nobody had answered', async () => {
    await world.policy(halting);
    const first = start();
    await ready(first);
    await saved(await world.sent(MAILER, 101));
    await killed(first);
    world.answerBreaches();
    await ready(start());
    await stopped('mailer');
  });

  it('lets what people resumed go on, though it reads the breach again', async () => {
    world.answerBreaches();
    await world.policy(halting);
    const first = start();
    await ready(first);
    await world.sent(MAILER, 101);
    await stopped('mailer');
    await first.stop();
    const [{ breachId } = { breachId: '' }] = world.asked;
    const orderId = breachId.replace('breach_', 'stop_') as StopOrderId;
    await world.tell(controlSubject('acme', 'production', 'stop', orderId), {
      type: 'StopLifted',
      data: { orderId, reason: 'mended', cause: 'operator' },
    });
    dataDir = temporaryDirectory('evaluator');
    await ready(start());
    await world.sent(MAILER, 99);
    await world.sent(agent('other'), 101);
    await stopped('mailer', 'other');
  });

  it('writes what a policy in shadow would have done into the activity log', async () => {
    await world.policy({ ...halting, mode: 'shadow' });
    await ready(start());
    await world.sent(MAILER, 101);
    const facts = await until(async () => {
      const found = await world.activity.read('activity.hub.acme.production.mailer');
      return found.length > 0 && found;
    });
    expect(facts.map(({ decoded }) => decoded.known && decoded.event)).toMatchObject([
      { type: 'BreachSeen', data: { policy: 'rate', mode: 'shadow', action: 'halt' } },
    ]);
    expect(await world.stopped()).toEqual([]);
  });

  it('shares the agents with others like it', async () => {
    world.answerBreaches();
    await world.policy({ ...halting, max_stops_per_minute: 1000 });
    const replicas = [1, 2, 3].map((index) =>
      start({ dataDir: temporaryDirectory('evaluator'), partition: { index, of: 3 } }),
    );
    await Promise.all(replicas.map(ready));
    const names = Array.from({ length: 12 }, (_, n) => `a${n}`);
    for (const name of names) await world.sent(agent(name), 101);
    await stopped(...names);
    expect(world.asked).toHaveLength(12);
  });

  it('says what a draft would have done to recorded activity', async () => {
    await ready(start());
    const since = new Date(Date.now() - 1000).toISOString();
    for (let n = 0; n < 5; n += 1) await world.sent(MAILER, 60);
    const document = { name: 'draft', target: { org: 'acme' }, rules: halting.rules };
    expect(await backtest({ org: 'acme', document, since })).toMatchObject({
      ...{ ok: true, events: 5, agents: 1, fired: 1 },
      firings: [
        { address: MAILER, times: 1, evidence: { measured: 120 }, saved: { intents: 180 } },
      ],
      saved: { intents: 180, cost_usd: 0 },
    });
    expect(await backtest({ org: 'umbrella', document, since })).toMatchObject({ events: 0 });
    expect(await backtest({ org: 'acme', since })).toMatchObject({
      ...{ ok: false, code: 'invalid_request' },
      message: expect.stringContaining('document') as string,
    });
  });
});
