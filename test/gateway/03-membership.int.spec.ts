import { join } from 'node:path';
import {
  activityEvents,
  eventCodec,
  gatewaySubject,
  live,
  streams,
  type ActivityEvent,
  type ControlFact,
  type GatewayId,
} from '#contracts';
import { IdentityFile, signedEvent } from '#containment';
import { until, gatewayJoined } from '#testing';
import { intentBody, TestMesh, type Client } from './test-mesh.js';

describe('a gateway as a member of the mesh', () => {
  let mesh: TestMesh;
  let billing: Client;
  const gateway = 'us-east-1' as GatewayId;
  beforeAll(async () => {
    mesh = await TestMesh.start(2);
    billing = await mesh.agent('billing');
  });
  afterAll(() => mesh?.stop());

  it('counts boots, and joins again after a removal', async () => {
    const first = mesh.gateways[0];
    expect(first?.parts.shell.boot).toBe(1);
    await mesh.say(
      { type: 'GatewayRemoved', data: { gateway, boot: 1, silentForMs: 30_000 } },
      gatewaySubject(gateway),
    );
    await until(() => first?.parts.shell.boot === 2 && first.parts.gate.ready());
    const beat = await mesh.call(billing, 'POST /v1/mesh/heartbeat', {});
    expect(beat.status).toBe(200);
  });

  it('serves no more once another process has taken its name over', async () => {
    const second = 'us-east-2' as GatewayId;
    const directory = join(mesh.directory, 'another');
    const other = await IdentityFile.open(directory, () => second);
    const { keyId, publicKey } = other.current;
    const joined = gatewayJoined(second, 9);
    const fact = { ...joined, data: { ...joined.data, keyId, publicKey } };
    const event = signedEvent(mesh.event(fact as ControlFact), second, other.current);
    await mesh.store(event, gatewaySubject(second));
    const beat = await mesh.call(billing, 'POST /v1/mesh/heartbeat', {}, 1);
    expect([beat.status, beat.body.error.code]).toEqual([503, 'gateway_fenced']);
    expect(beat.headers.get('retry-after')).toBe('1');
    const health = await mesh.call(billing, 'GET /health', undefined, 1);
    expect(health.body).toMatchObject({ ok: true, gateway: second });
    const ready = await mesh.call(billing, 'GET /readyz', undefined, 1);
    expect(ready.status).toBe(503);
  });

  it('leaves when it is stopped', async () => {
    const third = await mesh.addGateway(3);
    const others = () => mesh.gateways[0]?.view.gateways().map((it) => it.gateway) ?? [];
    await until(() => others().includes('us-east-3' as GatewayId));
    await mesh.stopGateway(third);
    await until(() => !others().includes('us-east-3' as GatewayId));
    const again = await mesh.addGateway(3);
    expect(again.parts.shell.boot).toBe(2);
  });

  it('hands everything else to a command API, and says so where there is none', async () => {
    const none = await mesh.call(billing, 'GET /v1/mesh/agents');
    expect([none.status, none.body.error.code]).toEqual([503, 'command_api_unavailable']);
    const seen: string[] = [];
    const api = mesh.nats.messaging().subscribe(
      live.command,
      (message) => {
        seen.push(message.text());
        const bodyBase64 = Buffer.from('{"ok":true}').toString('base64');
        message.respond(
          JSON.stringify({ status: 202, headers: { 'x-made-by': 'api' }, bodyBase64 }),
        );
      },
      { queue: 'command-api' },
    );
    await mesh.nats.messaging().flush();
    const answer = await mesh.call(billing, 'POST /v1/mesh/stops?a=1', { mode: 'halt' });
    expect([answer.status, answer.headers.get('x-made-by'), answer.body]).toEqual([
      202,
      'api',
      { ok: true },
    ]);
    const request = JSON.parse(seen[0] ?? '{}');
    expect(request).toMatchObject({
      method: 'POST',
      url: '/v1/mesh/stops?a=1',
      headers: { 'x-api-key': billing.key },
    });
    expect(JSON.parse(Buffer.from(request.bodyBase64, 'base64').toString())).toEqual({
      mode: 'halt',
    });
    api.stop();
  });

  it('counts its decisions for the audit', async () => {
    const store = mesh.nats.eventStore(
      streams.activity.name,
      eventCodec<ActivityEvent>(activityEvents),
    );
    const mailer = await mesh.agent('mailer');
    const order = await mesh.order('halt', { agent: mailer.address });
    for (let sent = 0; sent < 3; sent += 1) {
      await mesh.call(billing, 'POST /v1/intents', intentBody(mailer.address));
    }
    const refused = await until(async () => {
      const stored = await store.read('activity.us-east.acme.production.mailer');
      const counts = stored.flatMap(({ decoded }) =>
        decoded.known && decoded.event.type === 'DecisionsCounted'
          ? decoded.event.data.decisions
          : [],
      );
      const mine = counts.filter(({ orderId }) => orderId === order);
      return mine.reduce((sum, { count }) => sum + count, 0) === 3 && mine;
    });
    expect(refused[0]).toMatchObject({
      act: 'intent.receive',
      refusedBy: 'agent_killed',
      subject: 'email.send.v1',
    });
    const applied = await until(async () => {
      const stored = await store.read('activity.us-east.acme.production.mailer');
      const mine = stored.flatMap(({ decoded }) =>
        decoded.known && decoded.event.type === 'StopApplied' ? [decoded.event.data] : [],
      );
      return mine.length === 2 && mine;
    });
    expect(applied.map((it) => it.orderId)).toEqual([order, order]);
    const metrics = await fetch(`${mesh.gateways[0]?.url}/metrics`);
    const text = await metrics.text();
    expect(text).toMatch(
      /estop_gate_decisions_total\{[^}]*act="intent.receive",refused_by="agent_killed"[^}]*\} 3/,
    );
    expect(text).toMatch(/estop_control_propagation_seconds_count\{[^}]*change="stop"[^}]*\} 1/);
  });

  it('shows control events as they come', async () => {
    const viewer = await mesh.operator('viewer');
    const stream = await mesh.stream(viewer, '/v1/mesh/stream');
    const order = await mesh.order('pause', { agent: billing.address });
    const frame = await until(() => stream.events('stop.ordered')[0]);
    expect(JSON.stringify(frame.data)).toContain(order);
    stream.close();
    const refused = await mesh.stream(billing, '/v1/mesh/stream');
    expect(refused.status).toBe(403);
  });
});
