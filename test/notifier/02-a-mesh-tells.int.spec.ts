import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { signalProcess } from '#embedded';
import { temporaryDirectory, until } from '#testing';
import { Receiver } from '../../apps/notifier/src/notifier.fixture.js';
import { MeshProcess, type ReadyLine } from '../standalone/mesh-process.js';

/** From the order to the pager, through a mesh as anybody starts it: every service as its own NATS user. */
const dataDir = temporaryDirectory('telling-mesh');
const AGENT = 'agent://acme/production/payer';
let receiver: Receiver;
let mesh: MeshProcess;
let ready: ReadyLine;
let secret: string;
let subscription: string;

jest.setTimeout(90_000);
beforeAll(async () => {
  receiver = await Receiver.start();
  mesh = new MeshProcess(
    [
      ...['--data-dir', dataDir, '--port', '0', '--json'],
      ...['--regions', 'us-east', '--gateways-per-region', '1'],
    ],
    { ESTOP_WEBHOOK_ALLOW: '127.0.0.1/32' },
  );
  ready = await mesh.ready();
});
afterAll(async () => {
  await mesh.signalGroup('SIGTERM');
  await receiver.stop();
});

const read = (name: string) =>
  JSON.parse(readFileSync(join(dataDir, name), 'utf8')) as Record<string, string>;

const call = async (method: string, path: string, body?: object) => {
  const response = await fetch(`${ready.gateways[0]?.url}${path}`, {
    method,
    headers: {
      'x-api-key': read('credentials.json').admin_key as string,
      'content-type': 'application/json',
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

it('1. starts a notifier that nobody waited for, and says where its metrics are', async () => {
  const url = await until(() => read('mesh.json').notifier, { timeoutMs: 20_000 });
  await until(async () => (await fetch(`${url}/readyz`)).ok, { timeoutMs: 20_000 });
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toMatch(/estop_webhook_backlog\{.*state="waiting".*\} 0/);
  expect(JSON.stringify(ready)).not.toContain('notifier');
});

it('2. tells a webhook of a kill, signed with the secret that was shown once', async () => {
  const made = await call('POST', '/v1/webhooks/subscriptions', {
    ...{ callback_url: receiver.url('/pager'), event_types: ['stop.*', 'budget.threshold'] },
  });
  expect(made.status).toBe(200);
  secret = made.body.secret as string;
  subscription = (made.body.subscription as { subscription_id: string }).subscription_id;
  const path = `/v1/mesh/agents/${encodeURIComponent(AGENT)}/kill`;
  expect((await call('POST', path, { reason: 'it deploys 47 services' })).status).toBe(200);
  const { headers, body } = await until(() => receiver.at('/pager')[0], { timeoutMs: 10_000 });
  expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toMatchObject({
    type: 'stop.ordered',
    data: { agent: AGENT, mode: 'halt', reason: 'it deploys 47 services' },
  });
});

it('3. has it in the log of deliveries, and delivers it again when asked', async () => {
  const path = `/v1/webhooks/subscriptions/${subscription}/deliveries`;
  const [delivery] = await until(async () => {
    const { body } = await call('GET', `${path}?status=delivered`);
    const all = body.deliveries as { event_id: string; attempts: object[] }[];
    return all.length > 0 && all;
  });
  expect(delivery).toMatchObject({ attempts: [{ outcome: 'delivered', status: 204 }] });
  const again = await call('POST', `/v1/webhooks/events/${delivery?.event_id}/replay`, {});
  expect([again.status, again.body]).toMatchObject([200, { queued_deliveries: 1, pending: 1 }]);
  const second = await until(() => receiver.at('/pager')[1]);
  expect(second.headers['webhook-id']).toBe(receiver.at('/pager')[0]?.headers['webhook-id']);
});

it('4. ends a webhook whose receiver is gone', async () => {
  receiver.answers.set('/gone', { status: 410 });
  const made = await call('POST', '/v1/webhooks/subscriptions', {
    ...{ callback_url: receiver.url('/gone'), event_types: ['*'] },
  });
  const { subscription_id: id } = made.body.subscription as { subscription_id: string };
  const tested = await call('POST', `/v1/webhooks/subscriptions/${id}/test`, {});
  expect(tested.body).toMatchObject({ queued_deliveries: 1 });
  await until(async () => {
    const { body } = await call('GET', '/v1/webhooks/subscriptions');
    return !JSON.stringify(body).includes(id);
  });
});

it('5. takes signals from Alertmanager', async () => {
  const { status, body } = await call('POST', '/v1/signals/alertmanager', {
    ...{ version: '4', status: 'firing', groupKey: '{}', receiver: 'estop' },
    alerts: [
      {
        status: 'firing',
        labels: { alertname: 'ErrorRate', severity: 'critical', agent: AGENT },
        annotations: {},
        startsAt: '2026-02-06T13:08:45.828Z',
        endsAt: '0001-01-01T00:00:00Z',
      },
    ],
  });
  expect([status, body]).toMatchObject([200, { accepted: 1, ignored: [] }]);
});

it('6. kills without a notifier, and tells once there is one again', async () => {
  const [notifier] = MeshProcess.processesOf(dataDir).filter(({ name }) => name === 'notifier');
  if (notifier === undefined) throw new Error('the notifier is not on the list');
  signalProcess(notifier, 'SIGKILL');
  const before = receiver.at('/pager').length;
  const other = encodeURIComponent('agent://acme/production/other');
  expect((await call('POST', `/v1/mesh/agents/${other}/kill`, {})).status).toBe(200);
  await until(() => receiver.at('/pager').length > before, { timeoutMs: 20_000 });
  expect(receiver.at('/pager')).toHaveLength(before + 1);
});
