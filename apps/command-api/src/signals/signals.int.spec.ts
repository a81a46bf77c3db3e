import { jest } from '@jest/globals';
import { signalCodec, streams, type Signal } from '#contracts';
import { claimNatsAccount } from '#testing';
import { ExampleMesh } from '../example/example-mesh.js';

jest.setTimeout(60_000);

let mesh: ExampleMesh;
let operator: string;
let rival: string;
let staging: string;
let viewer: string;

beforeAll(async () => {
  mesh = await ExampleMesh.start({ nats: await claimNatsAccount() });
  operator = await mesh.key({ roles: ['operator'] });
  rival = await mesh.key({ roles: ['admin'], org: 'globex', workspace: 'main' });
  staging = await mesh.key({ roles: ['operator'], workspace: 'staging', workspaceOnly: true });
  viewer = await mesh.key({ roles: ['viewer'] });
});
afterAll(() => mesh.stop());

const said = async (filter: string): Promise<Signal[]> => {
  const store = mesh.nats.eventStore<Signal>(streams.signals.name, signalCodec);
  const stored = await store.read(filter);
  return stored.flatMap(({ decoded }) => (decoded.known ? [decoded.event] : []));
};
const send = (body: object, key = operator) => mesh.call(key, 'POST /v1/signals', body);
const GOOD = { source: 'fraud-model', metric: 'chargeback_rate', severity: 'critical' };

describe('a signal', () => {
  it('stands in the stream, on the subject of those whom it concerns', async () => {
    const { status, body } = await send({ ...GOOD, agent: 'agent://acme/payer', value: 0.2 });
    expect(status).toBe(200);
    const selector = { agent: 'agent://acme/production/payer' };
    expect(body).toMatchObject({ ok: true, selector });
    const { signal_id: id } = body as { signal_id: string };
    expect(await said('signal.acme.production.fraud-model')).toMatchObject([
      { ...GOOD, id, selector, value: 0.2, status: 'firing' },
    ]);
  });

  it('without a selector concerns as much as the key reaches', async () => {
    expect((await send(GOOD)).body).toMatchObject({ selector: { org: 'acme' } });
    const narrow = await send(GOOD, staging);
    expect(narrow.body).toMatchObject({ selector: { namespace: 'acme/staging' } });
    expect(await said('signal.acme._.*')).toHaveLength(1);
    expect(await said('signal.acme.staging.*')).toHaveLength(1);
  });

  it.each([
    ['a source that is no name', { source: 'Fraud Model' }, 422],
    ['no metric', { metric: ' ' }, 422],
    ['another severity', { severity: 'panic' }, 422],
    ['an agent and a selector', { agent: 'x', selector: { org: 'acme' } }, 422],
    ['an unknown field', { halt: true }, 422],
    ['a capability', { selector: { org: 'acme', capability: 'tool:*' } }, 422],
    ['another tenant', { selector: { org: 'globex' } }, 404],
  ])('is refused with %s', async (_, body, status) =>
    expect((await send({ ...GOOD, ...body })).status).toBe(status),
  );

  it('is not for viewers', async () => expect((await send(GOOD, viewer)).status).toBe(403));
});

/** As Alertmanager's documentation gives it: every documented field, one alert that fires and one that is over. */
const webhook = (alerts: object[], more: object = {}) => ({
  version: '4',
  groupKey: '{}/{severity="critical"}:{alertname="ErrorRate"}',
  truncatedAlerts: 0,
  status: 'firing',
  receiver: 'estop',
  groupLabels: { alertname: 'ErrorRate' },
  commonLabels: { alertname: 'ErrorRate', severity: 'critical' },
  commonAnnotations: {},
  externalURL: 'http://alertmanager.example.org:9093',
  alerts,
  ...more,
});
const alert = (labels: object, more: object = {}) => ({
  status: 'firing',
  labels: { alertname: 'ErrorRate', severity: 'critical', ...labels },
  annotations: { summary: 'half of all calls fail', value: '0.53' },
  startsAt: '2026-02-06T13:08:45.828Z',
  endsAt: '0001-01-01T00:00:00Z',
  generatorURL: 'http://prometheus.example.org:9090/graph?g0.expr=x',
  fingerprint: '1a30ba71cca2921f',
  ...more,
});
const notify = (body: object, key = operator) =>
  mesh.call(key, 'POST /v1/signals/alertmanager', body);

describe('Alertmanager', () => {
  it('is understood: what fires, what is over, each for whom its labels name', async () => {
    const over = { status: 'resolved', endsAt: '2026-02-06T14:08:45.828+01:00', fingerprint: 'f2' };
    const { status, body } = await notify(
      webhook([alert({ agent: 'payer' }), alert({ tag: 'mail' }, over)]),
    );
    expect([status, body]).toMatchObject([200, { accepted: 2, ignored: [], truncated: 0 }]);
    expect(await said('signal.acme.production.alertmanager')).toMatchObject([
      {
        ...{ metric: 'ErrorRate', severity: 'critical', status: 'firing', value: 0.53 },
        ...{ selector: { agent: 'agent://acme/production/payer' } },
        ...{ fingerprint: '1a30ba71cca2921f', since: '2026-02-06T13:08:45.828Z' },
        ...{ message: 'half of all calls fail', labels: { agent: 'payer' } },
      },
    ]);
    expect(await said('signal.acme._.alertmanager')).toMatchObject([
      { status: 'resolved', selector: { tag: 'mail', org: 'acme' } },
    ]);
  });

  it('may repeat itself: the same alert is stored once', async () => {
    const again = webhook([alert({ agent: 'repeated' })]);
    await notify(again);
    await notify(again);
    const all = await said('signal.acme.production.alertmanager');
    expect(all.filter(({ labels }) => labels.agent === 'repeated')).toHaveLength(1);
  });

  it('is told which alerts name nobody here, and the others count', async () => {
    const alerts = [alert({ org: 'globex' }), alert({ namespace: 'kube-system' }), alert({})];
    const { body } = await notify(webhook(alerts, { truncatedAlerts: 7 }));
    expect(body).toMatchObject({
      accepted: 1,
      truncated: 7,
      ignored: [
        { alert: 0, name: 'ErrorRate', why: 'the label org names another org' },
        { alert: 1, name: 'ErrorRate' },
      ],
    });
  });

  it('with a key of one workspace reaches no other', async () => {
    const { body } = await notify(
      webhook([alert({ agent: 'agent://acme/production/x' })]),
      staging,
    );
    expect(body).toMatchObject({
      accepted: 0,
      ignored: [{ why: 'it is beyond what the key reaches' }],
    });
    const other = await notify(webhook([alert({ agent: 'agent://acme/production/x' })]), rival);
    expect(other.body).toMatchObject({ accepted: 0 });
  });

  it('of another version is refused', async () => {
    const { status, body } = await notify(webhook([], { version: '5' }));
    expect([status, JSON.stringify(body)]).toEqual([422, expect.stringContaining('version')]);
  });
});
