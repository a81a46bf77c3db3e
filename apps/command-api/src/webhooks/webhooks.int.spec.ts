import { jest } from '@jest/globals';
import { live, type NotifierAnswer, type SubscriptionId } from '#contracts';
import { secretPlace } from '#domain';
import { sealingWith } from '#platform';
import { claimNatsAccount } from '#testing';
import { ExampleMesh, type Answer } from '../example/example-mesh.js';

jest.setTimeout(60_000);

let mesh: ExampleMesh;
let operator: string;
let rival: string;
let staging: string;
const asked: unknown[] = [];

const URL = 'https://hooks.example.com/estop';
const base = '/v1/webhooks/subscriptions';

beforeAll(async () => {
  mesh = await ExampleMesh.start({ nats: await claimNatsAccount() });
  operator = await mesh.key({ roles: ['platform'] });
  rival = await mesh.key({ roles: ['admin'], org: 'globex', workspace: 'main' });
  staging = await mesh.key({ roles: ['operator'], workspace: 'staging', workspaceOnly: true });
});
afterAll(() => mesh.stop());

const call = (key: string, route: string, body?: object): Promise<Answer> =>
  mesh.call(key, route, body);

interface Entry {
  readonly subscription_id: SubscriptionId;
  readonly signing_secrets: number;
  readonly secret_hint: string;
  readonly revoked_at: string | null;
}
const made = async (body: object = {}, key = operator) => {
  const all = { callback_url: URL, event_types: ['stop.*'], ...body };
  const answer = await call(key, `POST ${base}`, all);
  expect(answer.status).toBe(200);
  return answer.body as { subscription: Entry; secret: string | null };
};

const listed = async (key = operator, query = ''): Promise<string[]> => {
  const { body } = await call(key, `GET ${base}${query}`);
  return (body as { subscriptions: Entry[] }).subscriptions.map((one) => one.subscription_id);
};

describe('webhooks', () => {
  it('are answered as AXME answers them, with a secret that is shown once', async () => {
    const { status, body } = await call(operator, `POST ${base}`, {
      callback_url: URL,
      event_types: ['inbox.thread_created', 'stop.*'],
      description: 'pager',
      owner_agent: 'agent://acme/production/ops',
    });
    const { subscription, secret } = body as { subscription: Entry; secret: string };
    expect(status).toBe(200);
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(body).toMatchObject({
      ok: true,
      subscription: {
        ...{ owner_agent: 'agent://acme/production/ops', callback_url: URL, active: true },
        ...{ event_types: ['inbox.thread_created', 'stop.*'], description: 'pager' },
        ...{ revoked_at: null, secret_hint: secret.slice(-4), workspace_id: null },
      },
    });
    const again = await call(operator, `GET ${base}`);
    expect(JSON.stringify(again.body)).toContain(subscription.subscription_id);
    expect(JSON.stringify(again.body)).not.toContain(secret);
  });

  it('keep their secrets sealed in the log, each for its own subscription', async () => {
    const { subscription, secret } = await made();
    const events = await mesh.store.read(`control.acme._.webhook.${subscription.subscription_id}`);
    expect(JSON.stringify(events)).not.toContain(secret);
    const [first] = events.flatMap(({ decoded }) => (decoded.known ? [decoded.event] : []));
    if (first?.type !== 'WebhookSubscribed') throw new Error('it is not in the log');
    const [sealed = ''] = first.data.secrets;
    const sealing = sealingWith('ab'.repeat(32));
    expect(sealing.unseal(sealed, secretPlace(first.data))).toBe(secret);
  });

  it('take a secret that the caller brings, and do not show it', async () => {
    const { secret, subscription } = await made({ secret: 'a secret of one’s own' });
    expect(secret).toBeNull();
    expect(subscription.secret_hint).toBe(' own');
  });

  it('are signed with both secrets while one is changed, until that is finished', async () => {
    const { subscription, secret } = await made();
    const path = `POST ${base}/${subscription.subscription_id}/rotate`;
    const { body } = await call(operator, path, {});
    const rotated = body as { subscription: Entry; secret: string };
    expect(rotated.secret).not.toBe(secret);
    expect(rotated.subscription.signing_secrets).toBe(2);
    const finished = await call(operator, path, { finish: true });
    expect(finished.body).toMatchObject({
      subscription: { signing_secrets: 1, secret_hint: rotated.secret.slice(-4) },
      secret: null,
    });
  });

  it('end for good, and the second end changes nothing', async () => {
    const { subscription } = await made();
    const path = `${base}/${subscription.subscription_id}`;
    const first = await call(operator, `DELETE ${path}`);
    const second = await call(operator, `DELETE ${path}`);
    expect(first.status).toBe(200);
    expect(second.body).toEqual(first.body);
    expect(await listed()).not.toContain(subscription.subscription_id);
    expect(await listed(operator, '?revoked=true')).toContain(subscription.subscription_id);
    expect(await call(operator, `POST ${path}/rotate`, {})).toMatchObject({ status: 409 });
  });

  const wrong: [string, object, string][] = [
    ['no URL', { callback_url: 'not a url' }, 'callback_url'],
    ['another protocol', { callback_url: 'ftp://example.com/x' }, 'callback_url'],
    ['a password in the URL', { callback_url: 'https://me:pw@example.com/' }, 'callback_url'],
    ['no event', { event_types: [] }, 'event_types'],
    ['a pattern that is none', { event_types: ['stop*'] }, 'event_types.0'],
    ['a short secret', { secret: 'short' }, 'secret'],
    ['a bad whsec_', { secret: 'whsec_not base64 at all, is it?' }, 'secret'],
    ['PagerDuty without a routing key', { format: 'pagerduty' }, 'secret'],
    ['an unknown format', { format: 'teams' }, 'format'],
  ];
  it.each(wrong)('are refused with %s, by name', async (_, body, path) => {
    const all = { callback_url: URL, event_types: ['stop.*'], ...body };
    const answer = await call(operator, `POST ${base}`, all);
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ error: { details: { fields: [{ path }] } } });
  });

  it('of others are not there, and none is about an agent of others', async () => {
    const { subscription } = await made();
    const id = subscription.subscription_id;
    const ways = [
      `DELETE ${base}/${id}`,
      `POST ${base}/${id}/rotate`,
      `POST ${base}/${id}/test`,
      `GET ${base}/${id}/deliveries`,
    ];
    for (const key of [rival, staging]) {
      for (const way of ways) {
        const body = way.startsWith('POST') ? {} : undefined;
        expect((await call(key, way, body)).status).toBe(404);
      }
      expect(await listed(key)).not.toContain(id);
    }
    const about = { callback_url: URL, event_types: ['*'], agent: 'agent://acme/production/payer' };
    expect((await call(rival, `POST ${base}`, about)).status).toBe(404);
    expect((await call(staging, `POST ${base}`, about)).status).toBe(404);
  });

  it('of a key of one workspace hear of that workspace alone', async () => {
    const { subscription } = await made({}, staging);
    expect(subscription).toMatchObject({ workspace_id: 'staging' });
    const wider = { callback_url: URL, event_types: ['*'], workspace_id: 'production' };
    expect((await call(staging, `POST ${base}`, wider)).status).toBe(404);
  });

  it('need a notifier to tell of an event, and say so', async () => {
    const event = { event_type: 'inbox.thread_created', source: 'axme', payload: {} };
    const { status, body } = await call(operator, 'POST /v1/webhooks/events', event);
    expect([status, body]).toMatchObject([503, { error: { code: 'notifier_unavailable' } }]);
  });

  it('nobody tells of events that only the mesh may tell of', async () => {
    const event = { event_type: 'stop.ordered', source: 'mallory', payload: {} };
    const { status, body } = await call(operator, 'POST /v1/webhooks/events', event);
    expect(status).toBe(422);
    expect(body).toMatchObject({ error: { details: { fields: [{ path: 'event_type' }] } } });
  });

  describe('with a notifier', () => {
    let serving: { stop(): void };
    beforeAll(async () => {
      serving = mesh.messaging.subscribe(live.notifier, (message) => {
        const request = JSON.parse(message.text()) as { told?: object; eventId?: string };
        asked.push(request);
        const answer =
          request.eventId === 'gone'
            ? { ok: false, code: 'not_found', message: 'There is no event gone here.' }
            : { ok: true, queued: 2, told: request.told ?? EVENT };
        message.respond(JSON.stringify(answer as NotifierAnswer));
      });
      await mesh.messaging.flush();
    });
    afterAll(() => serving.stop());

    const EVENT = {
      ...{ eventId: 'e1', type: 'inbox.thread_created', at: '2026-01-31T03:00:00.000Z' },
      ...{ org: 'acme', workspace: null, about: null, says: 'x', data: { source: 'axme' } },
    };

    it('tell what they queued, in AXME’s words', async () => {
      const event = { event_type: 'inbox.thread_created', source: 'axme', payload: { a: 1 } };
      const { status, body } = await call(operator, 'POST /v1/webhooks/events', event);
      expect(status).toBe(200);
      expect(body).toMatchObject({
        ...{ ok: true, event_type: 'inbox.thread_created', source: 'axme', owner_agent: null },
        ...{ queued_deliveries: 2, pending: 2, processed_deliveries: 0, delivered: 0 },
        dead_lettered: 0,
      });
      expect(asked.at(-1)).toMatchObject({
        ...{ op: 'tell', org: 'acme', subscriptionId: null },
        told: { org: 'acme', data: { source: 'axme', payload: { a: 1 } } },
      });
    });

    it('replay an event within the caller’s own reach', async () => {
      const { body } = await call(staging, 'POST /v1/webhooks/events/e1/replay', {});
      expect(body).toMatchObject({ ok: true, event_id: 'e1', queued_deliveries: 2 });
      expect(asked.at(-1)).toMatchObject({ op: 'replay', org: 'acme', workspace: 'staging' });
      const unknown = await call(operator, 'POST /v1/webhooks/events/gone/replay', {});
      expect(unknown.status).toBe(404);
    });

    it('are tested one at a time', async () => {
      const { subscription } = await made();
      const id = subscription.subscription_id;
      const { body } = await call(operator, `POST ${base}/${id}/test`, {});
      expect(body).toMatchObject({ ok: true, queued_deliveries: 2 });
      expect(asked.at(-1)).toMatchObject({ subscriptionId: id, told: { type: 'webhook.test' } });
    });
  });

  it('end when the notifier says that the receiver is gone', async () => {
    const { subscription } = await made();
    const { subscription_id: subscriptionId } = subscription;
    const gone = JSON.stringify({ org: 'acme', subscriptionId });
    const answer = await mesh.messaging.request(live.gone, gone, 2000);
    expect(JSON.parse(Buffer.from(answer).toString())).toEqual({ ok: true });
    expect(await listed()).not.toContain(subscriptionId);
  });

  it('of an agent’s budget are made once for a URL, and change the share of its caps', async () => {
    const agent = encodeURIComponent('agent://acme/production/spender');
    await call(operator, 'POST /v1/service-accounts', {
      ...{ org_id: 'acme', workspace_id: 'production', name: 'spender' },
    });
    const put = (threshold_pct: number) =>
      call(operator, `PUT /v1/mesh/agents/${agent}/alerts`, { threshold_pct, webhook_url: URL });
    const first = await put(80);
    const second = await put(90);
    expect(first.body).toMatchObject({ ok: true, budgets: 0, changed: true, threshold_pct: 80 });
    expect(second.body).toMatchObject({ changed: false, secret: null });
    expect((await put(0)).status).toBe(422);
    expect(
      (
        await call(rival, `PUT /v1/mesh/agents/${agent}/alerts`, {
          threshold_pct: 80,
          webhook_url: URL,
        })
      ).status,
    ).toBe(404);
  });

  it('are at most so many in an org', async () => {
    let status = 200;
    for (let count = 0; status === 200 && count < 110; count += 1) {
      const body = { callback_url: URL, event_types: ['*'] };
      status = (await call(rival, `POST ${base}`, body)).status;
      if (status !== 200) expect(count).toBe(100);
    }
    expect(status).toBe(409);
  });
});
