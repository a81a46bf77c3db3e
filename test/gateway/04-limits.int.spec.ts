import { until } from '#testing';
import { intentBody, TestMesh, type Client } from './test-mesh.js';

describe('limits of work', () => {
  let mesh: TestMesh;
  let billing: Client;
  beforeAll(async () => {
    mesh = await TestMesh.start(2, { visibilityMs: 400, backlogMax: 3 });
    billing = await mesh.agent('billing');
  });
  afterAll(() => mesh?.stop());

  it('hands un-answered work out again when its visibility time is over, and fails it after all attempts', async () => {
    const mailer = await mesh.agent('mailer');
    const id = await mesh.send(billing, mailer.address, { max_delivery_attempts: 2 });
    const stream = await mesh.listen(mailer);
    await until(() => stream.events('intent.delivered').length === 2);
    expect(stream.frames.map(({ data }) => data.delivery_attempt)).toEqual([1, 2]);
    const story = await mesh.stream(billing, `/v1/intents/${id}/events/stream`, 1);
    await until(() => story.ended);
    expect(story.frames.at(-1)?.data).toMatchObject({
      event_type: 'intent.failed',
      status: 'FAILED',
      details: { code: 'delivery_exhausted' },
    });
    expect(stream.events('intent.delivered')).toHaveLength(2);
    stream.close();
  });

  it('renews the visibility time with each checkpoint, through any gateway', async () => {
    const mailer = await mesh.agent('patient');
    const id = await mesh.send(billing, mailer.address);
    const stream = await mesh.listen(mailer, '', 0);
    await until(() => stream.frames.length === 1);
    const startedMs = performance.now();
    for (let done = 1; performance.now() - startedMs < 1000; done += 1) {
      const saved = await mesh.call(
        mailer,
        `PUT /v1/intents/${id}/checkpoint`,
        { data: { done } },
        1,
      );
      expect(saved.status).toBe(200);
      const nextMs = performance.now() + 100;
      await until(() => performance.now() > nextMs);
    }
    expect(stream.frames).toHaveLength(1);
    await until(() => stream.frames.length === 2);
    expect(stream.frames[1]?.data).toMatchObject({
      delivery_attempt: 2,
      checkpoint: { done: expect.any(Number) },
    });
    stream.close();
  });

  it('frees a stream when its work was answered through another gateway', async () => {
    const mailer = await mesh.agent('roamer');
    const id = await mesh.send(billing, mailer.address);
    const stream = await mesh.listen(mailer, '', 0);
    await until(() => stream.frames.length === 1);
    await mesh.call(mailer, `POST /v1/intents/${id}/resume`, {}, 1);
    const metrics = await until(async () => {
      const text = await (await fetch(`${mesh.gateways[0]?.url}/metrics`)).text();
      return /estop_work_in_hand\{[^}]*\} 0/.test(text) && text;
    });
    expect(metrics).toMatch(/estop_open_streams\{[^}]*\} 1/);
    stream.close();
  });

  it('refuses work for a receiver whose backlog is full', async () => {
    const sleeper = await mesh.agent('sleeper');
    for (let sent = 0; sent < 3; sent += 1) await mesh.send(billing, sleeper.address);
    const full = await mesh.call(billing, 'POST /v1/intents', intentBody(sleeper.address));
    expect([full.status, full.body.error.code]).toEqual([429, 'backlog_full']);
    expect(full.headers.get('retry-after')).toBe('5');
    const stream = await mesh.listen(sleeper);
    await until(() => stream.frames.length === 3);
    for (const { data } of stream.frames)
      await mesh.call(sleeper, `POST /v1/intents/${data.intent_id}/resume`, {});
    await until(async () => {
      const { status } = await mesh.call(billing, 'POST /v1/intents', intentBody(sleeper.address));
      return status === 200;
    });
    stream.close();
  });

  it('answers the same request with the same key once, through any gateway', async () => {
    const mailer = await mesh.agent('twice');
    const body = JSON.stringify(intentBody(mailer.address));
    const headers = {
      'x-api-key': billing.key,
      'content-type': 'application/json',
      'idempotency-key': 'k-1',
    };
    const answers = [];
    for (const gateway of mesh.gateways) {
      const response = await fetch(`${gateway.url}/v1/intents`, { method: 'POST', headers, body });
      answers.push(await response.json());
    }
    expect(answers[1]).toEqual(answers[0]);
    const other = JSON.stringify(intentBody(mailer.address));
    const response = await fetch(`${mesh.gateways[0]?.url}/v1/intents`, {
      method: 'POST',
      headers,
      body: other,
    });
    expect(response.status).toBe(409);
  });
});
