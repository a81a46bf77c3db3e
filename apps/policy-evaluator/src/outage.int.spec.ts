import { jest } from '@jest/globals';
import { connectNats, type Nats, provisionStreams } from '#event-store-jetstream';
import type { RunningService } from '#platform';
import { spawnNatsServer, temporaryDirectory, until } from '#testing';
import { EvaluatorWorld } from './evaluator-world.js';
import type { EvaluatorConfig } from './evaluator.config.js';
import { startEvaluator } from './start-evaluator.js';

jest.setTimeout(60_000);

/** The service on a server that crashes and comes back on the same directory and port. */
describe('the policy evaluator through an outage', () => {
  const dir = temporaryDirectory('nats');
  const dataDir = temporaryDirectory('evaluator');
  let broker: Awaited<ReturnType<typeof spawnNatsServer>>;
  let nats: Nats;
  let world: EvaluatorWorld;
  let service: RunningService;
  let config: EvaluatorConfig;

  beforeAll(async () => {
    broker = await spawnNatsServer({ dir });
    nats = await connectNats({ servers: broker.url, name: 'spec' });
    config = {
      ...{ host: '127.0.0.1', port: 0, logLevel: 'silent', otlpUrl: null, natsUrl: broker.url },
      ...{ natsUser: null, natsPassword: null, dataDir, partition: { index: 1, of: 1 } },
    };
    service = await startEvaluator(config);
  });

  afterAll(async () => {
    await service?.stop();
    await nats?.close();
    await broker?.stop();
  });

  const page = async (path: string) => {
    const response = await fetch(`${service.url}${path}`);
    return { status: response.status, text: await response.text() };
  };
  const ready = async (status: number) => {
    await until(async () => (await page('/readyz')).status === status, { timeoutMs: 20_000 });
  };

  it('is not ready before the streams are there, and says so', async () => {
    expect((await page('/readyz')).status).toBe(503);
    expect((await page('/livez')).status).toBe(200);
    await provisionStreams(nats, { replicas: 1 });
    world = new EvaluatorWorld(nats);
    await world.begin();
    await ready(200);
  });

  it('stops whoever breaches, and counts it', async () => {
    world.answerBreaches();
    await world.policy({
      name: 'rate',
      rules: [{ when: { intents: { over: 100, per: 'hour' } }, then: 'halt' }],
    });
    await world.sent('agent://acme/production/one', 101);
    await until(async () => (await world.stopped()).length === 1);
    const { text } = await until(async () => {
      const metrics = await page('/metrics');
      return metrics.text.includes('outcome="stop"') && metrics;
    });
    expect(text).toMatch(/estop_policy_breaches_total\{outcome="stop".*\} 1/);
    expect(text).toMatch(/estop_policy_agents\{.*\} 1/);
    expect(text).toMatch(/estop_policy_position\{stream="ACTIVITY".*\} 1/);
  });

  it('is refused a directory that another one uses', async () => {
    await expect(startEvaluator(config)).rejects.toThrow(/in use/);
  });

  it('is not ready while the log is away, and goes on when it is back', async () => {
    await world.sent('agent://acme/production/two', 60);
    await broker.crash();
    await ready(503);
    broker = await spawnNatsServer({ dir, port: broker.port });
    await until(() => world.sent('agent://acme/production/two', 41), { timeoutMs: 20_000 });
    await until(async () => (await world.stopped()).length === 2, { timeoutMs: 20_000 });
    await ready(200);
  });
});
