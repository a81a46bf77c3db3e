import { live, PositionReport } from '#contracts';
import { until } from '#testing';
import { intentBody, TestMesh, type Client } from './test-mesh.js';

describe('a stop at the gateways', () => {
  let mesh: TestMesh;
  let billing: Client;
  let agents = 0;
  const reports: PositionReport[] = [];
  const newAgent = (): Promise<Client> => mesh.agent(`mailer-${++agents}`);
  beforeAll(async () => {
    mesh = await TestMesh.start(2);
    mesh.nats.messaging().subscribe(live.positionFilter, (message) => {
      // The seal is on the first line.
      const [, report = ''] = message.text().split('\n');
      reports.push(PositionReport.parse(JSON.parse(report)));
    });
    billing = await mesh.agent('billing');
  });
  afterAll(() => mesh?.stop());

  it('closes open streams, refuses everything and says so with a receipt', async () => {
    const mailer = await newAgent();
    const streams = [await mesh.listen(mailer, '', 0), await mesh.listen(mailer, '', 1)];
    const bystander = await mesh.listen(billing);
    const order = await mesh.order('halt', { agent: mailer.address });
    await until(() => streams.every(({ ended }) => ended));
    expect(streams[0]?.comments).toContain(`agent_killed by ${order}`);
    expect(bystander.ended).toBe(false);
    bystander.close();
    for (const at of [0, 1]) {
      const inbound = await mesh.call(billing, 'POST /v1/intents', intentBody(mailer.address), at);
      expect([inbound.status, inbound.body.error.code]).toEqual([403, 'agent_killed']);
      expect(inbound.body.error.details).toMatchObject({
        order_id: order,
        mode: 'halt',
        reason: 'test',
      });
      const outbound = await mesh.call(mailer, 'POST /v1/intents', intentBody(billing.address), at);
      expect([outbound.status, outbound.body.error.code]).toEqual([403, 'agent_killed']);
      expect((await mesh.listen(mailer, '', at)).status).toBe(403);
      const guard = await mesh.call(mailer, 'POST /v1/guard', { tool: 'stripe.charge' }, at);
      expect(guard.body).toMatchObject({
        action: 'block',
        reason: 'agent_killed',
        order_id: order,
      });
      const beat = await mesh.call(mailer, 'POST /v1/mesh/heartbeat', '', at);
      expect([beat.status, beat.body]).toMatchObject([
        200,
        { ok: true, health_status: 'killed', stop: { mode: 'halt', order_id: order } },
      ]);
    }
    const receipts = await until(() => {
      const standing = mesh.node.shell.standing(order);
      return standing !== null && standing.acked === 2 && standing;
    });
    expect(receipts.gateways).toMatchObject(
      ['us-east-1', 'us-east-2'].map((gateway) => ({
        gateway,
        state: 'acked',
        cut: { streams: 1, calls: 0 },
      })),
    );
    const reached = () =>
      reports.filter(({ position }) => position >= (mesh.sequenceOf(order) ?? Infinity));
    await until(() => new Set(reached().map(({ gateway }) => gateway)).size === 2);
    expect(reached()[0]).toMatchObject({ phase: 'member', fenced: false });
    await mesh.lift(order);
    const beat = await mesh.call(mailer, 'POST /v1/mesh/heartbeat', {});
    expect(beat.body).toMatchObject({ health_status: 'healthy' });
  });

  it('hands un-answered work out again after the lift, with its checkpoint and at no attempt', async () => {
    const mailer = await newAgent();
    const id = await mesh.send(billing, mailer.address, { max_delivery_attempts: 1 });
    const before = await mesh.listen(mailer, '', 1);
    await until(() => before.events('intent.delivered').length === 1);
    await mesh.call(mailer, `PUT /v1/intents/${id}/checkpoint`, { data: { mailed: 40 } });
    const order = await mesh.order('halt', { agent: mailer.address });
    await until(() => before.ended);
    await until(async () => {
      const { body } = await mesh.call(billing, `GET /v1/intents/${id}/events`);
      return body.events.some(({ event_type }) => event_type === 'intent.returned');
    });
    const held = await mesh.call(billing, `GET /v1/intents/${id}`);
    expect(held.body).toMatchObject({
      intent: { status: 'SUBMITTED', held: { mode: 'halt', order_id: order } },
    });
    await mesh.lift(order);
    const after = await mesh.listen(mailer, '', 0);
    const frame = await until(() => after.events('intent.delivered')[0]);
    expect(frame.data).toMatchObject({
      intent_id: id,
      delivery_attempt: 1,
      checkpoint: { mailed: 40 },
    });
    expect(Number(frame.id)).toBeGreaterThan(Number(before.frames[0]?.id));
    after.close();
  });

  it('of mode pause takes work in and holds it, and time stands still for deadlines', async () => {
    const mailer = await newAgent();
    const order = await mesh.order('pause', { agent: mailer.address });
    const deadline_at = new Date(Date.now() + 300).toISOString();
    const id = await mesh.send(billing, mailer.address, { deadline_at });
    expect((await mesh.listen(mailer)).status).toBe(403);
    const outbound = await mesh.call(mailer, 'POST /v1/intents', intentBody(billing.address));
    expect(outbound.body.error.code).toBe('agent_paused');
    await until(() => Date.now() > Date.parse(deadline_at) + 200);
    const held = await mesh.call(billing, `GET /v1/intents/${id}`, undefined, 1);
    expect(held.body).toMatchObject({ intent: { status: 'SUBMITTED', held: { mode: 'pause' } } });
    await mesh.lift(order);
    const stream = await mesh.listen(mailer);
    await until(() => stream.events('intent.delivered').length === 1);
    const story = await mesh.stream(billing, `/v1/intents/${id}/events/stream`);
    await until(() => story.ended);
    expect(story.frames.at(-1)?.event).toBe('intent.timed_out');
    stream.close();
  });

  it('of mode quarantine lets investigators in alone, and gives a share of a queue to the others', async () => {
    const worker = await newAgent();
    const other = await newAgent();
    const queue = 'queue://acme/production/mail';
    const path = '/v1/queues/acme/production/mail/intents/stream';
    const first = await mesh.stream(worker, path);
    const id = await mesh.send(billing, queue);
    await until(() => first.events('intent.delivered').length === 1);
    const second = await mesh.stream(other, path, 1);
    await mesh.order('quarantine', { agent: worker.address });
    const frame = await until(() => second.events('intent.delivered')[0]);
    expect(frame.data).toMatchObject({ intent_id: id, delivery_attempt: 1 });
    expect(first.ended).toBe(true);
    const inbound = await mesh.call(billing, 'POST /v1/intents', intentBody(worker.address));
    expect(inbound.body.error.code).toBe('agent_quarantined');
    const operator = await mesh.operator('operator');
    const look = await mesh.call(operator, 'POST /v1/intents', intentBody(worker.address));
    expect(look.status).toBe(200);
    second.close();
  });

  it('of mode halt keeps a share of a queue for its taker', async () => {
    const worker = await newAgent();
    const other = await newAgent();
    const path = '/v1/queues/acme/production/kept/intents/stream';
    const first = await mesh.stream(worker, path);
    const kept = await mesh.send(billing, 'queue://acme/production/kept');
    await until(() => first.events('intent.delivered').length === 1);
    const order = await mesh.order('halt', { agent: worker.address });
    const second = await mesh.stream(other, path, 1);
    const next = await mesh.send(billing, 'queue://acme/production/kept');
    await until(() => second.events('intent.delivered').length === 1);
    expect(second.frames[0]?.data.intent_id).toBe(next);
    await mesh.lift(order);
    await until(() => second.events('intent.delivered').length === 2);
    expect(second.frames[1]?.data.intent_id).toBe(kept);
    second.close();
  });

  it('of mode drain lets finish what is in flight, then halts by itself', async () => {
    const mailer = await newAgent();
    const idle = await newAgent();
    const [one, two] = [
      await mesh.send(billing, mailer.address),
      await mesh.send(billing, mailer.address),
    ];
    const stream = await mesh.listen(mailer);
    await until(() => stream.events('intent.delivered').length === 2);
    await mesh.order('drain', { namespace: 'acme/production' }, 1500);
    await until(() => stream.ended);
    const fresh = await mesh.call(
      await mesh.operator('operator'),
      'POST /v1/intents',
      intentBody(mailer.address),
    );
    expect(fresh.body.error.code).toBe('agent_draining');
    const guard = await mesh.call(mailer, 'POST /v1/guard', { tool: 'smtp.send' });
    expect(guard.body).toMatchObject({ action: 'allow' });
    const atRest = await mesh.call(idle, 'POST /v1/guard', { tool: 'smtp.send' });
    expect(atRest.body).toMatchObject({ action: 'block', reason: 'agent_draining' });
    const done = await mesh.call(mailer, `POST /v1/intents/${one}/resume`, {}, 1);
    expect(done.status).toBe(200);
    const halted = await until(async () => {
      const beat = await mesh.call(mailer, 'POST /v1/mesh/heartbeat', {});
      return (beat.body as unknown as { health_status: string }).health_status === 'killed';
    });
    expect(halted).toBe(true);
    const late = await mesh.call(mailer, `POST /v1/intents/${two}/resume`, {});
    expect(late.body.error.code).toBe('agent_killed');
    const viewer = await mesh.operator('viewer');
    await until(async () => {
      const { body } = await mesh.call(viewer, `GET /v1/intents/${two}/events`);
      return body.events.some(({ event_type }) => event_type === 'intent.returned');
    });
  });
});

describe('a narrowed stop', () => {
  let mesh: TestMesh;
  beforeAll(async () => {
    mesh = await TestMesh.start(1);
  });
  afterAll(() => mesh?.stop());

  it('holds the work that it names and lets the rest flow', async () => {
    const billing = await mesh.agent('billing');
    const mailer = await mesh.agent('mailer');
    const invoice = { intent_type: 'invoice.print.v1' };
    const mail = await mesh.send(billing, mailer.address);
    const order = await mesh.order('pause', {
      agent: mailer.address,
      capability: 'intent:email.*',
    });
    const print = await mesh.send(billing, mailer.address, invoice);
    const stream = await mesh.listen(mailer);
    await until(() => stream.events('intent.delivered').length === 1);
    expect(stream.frames[0]?.data.intent_id).toBe(print);
    const { status } = await mesh.call(mailer, 'POST /v1/intents', intentBody(billing.address));
    expect(status).toBe(403);
    await mesh.lift(order);
    await until(() => stream.events('intent.delivered').length === 2);
    expect(stream.frames[1]?.data.intent_id).toBe(mail);
    stream.close();
  });
});

describe('a revoked key', () => {
  let mesh: TestMesh;
  beforeAll(async () => {
    mesh = await TestMesh.start(1);
  });
  afterAll(() => mesh?.stop());

  it('is refused at once, and its open streams end', async () => {
    const mailer = await mesh.agent('mailer');
    const stream = await mesh.listen(mailer);
    await mesh.revoke(mailer);
    await until(() => stream.ended);
    const beat = await mesh.call(mailer, 'POST /v1/mesh/heartbeat', {});
    expect([beat.status, beat.body.error.code]).toEqual([401, 'key_revoked']);
  });
});
