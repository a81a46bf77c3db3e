import { createHmac } from 'node:crypto';
import { rmSync } from 'node:fs';
import { jest } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import {
  activityEvents,
  activitySubject,
  eventCodec,
  live,
  streams,
  type ActivityEvent,
  type ActivityFact,
} from '#contracts';
import { record, systemClock, systemIds, type Clock } from '#platform';
import { until } from '#testing';
import { ExampleLog, Receiver, SECRET, type Received } from './notifier.fixture.js';
import type { Notifier } from './notifier.js';

jest.setTimeout(60_000);

let receiver: Receiver;
let log: ExampleLog;
let notifier: Notifier;
/** What the notifier takes for now: it runs, and can be set forward. */
let aheadMs = 0;
const clock: Clock = { ...systemClock, nowMs: () => systemClock.nowMs() + aheadMs };
let orders = 0;
const PAYER = 'agent://acme/production/payer';

beforeAll(async () => {
  receiver = await Receiver.start();
  log = await ExampleLog.start();
  notifier = await log.notifier({ clock });
});
afterAll(async () => {
  await log.stop();
  await receiver.stop();
});

const stop = (agent = PAYER, org = 'acme') =>
  log.stopOf(
    agent,
    `stop_${String((orders += 1))
      .padStart(20, 'a')
      .replace(/\d/g, (d) => 'bcdefghijk'[Number(d)] as string)}`,
    org,
  );
const first = (path: string): Promise<Received> => until(() => receiver.at(path)[0]);
const tried = async (id: string) => {
  const events = await log.notices.read(`notice.acme.${id}.*.log`);
  return events.flatMap(({ decoded }) =>
    decoded.known && decoded.event.type === 'DeliveryTried' ? [decoded.event.data] : [],
  );
};

const ask = async (request: object): Promise<unknown> => {
  const bytes = await log.nats.messaging().request(live.notifier, JSON.stringify(request), 5000);
  return JSON.parse(Buffer.from(bytes).toString());
};
/** Everything said before is in the notifier's view. */
const heard = () =>
  ask({ op: 'replay', org: 'acme', workspace: null, eventId: 'none', subscriptionId: null });

describe('a delivery', () => {
  it('is accepted by the verifier of Standard Webhooks, and says what happened', async () => {
    await log.subscribe({ url: receiver.url('/good'), eventTypes: ['stop.*'] });
    const eventId = await stop();
    const { headers, body } = await first('/good');
    const verified = new Webhook(SECRET).verify(body, headers as Record<string, string>);
    expect(verified).toMatchObject({
      ...{ type: 'stop.ordered', event_id: eventId, org: 'acme', summary: expect.any(String) },
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      data: {
        ...{ agent: PAYER, mode: 'halt', selector: { agent: PAYER }, reason: 'a drill' },
        actor: { kind: 'operator', id: 'ada', via: 'http' },
      },
    });
    expect(headers['content-type']).toBe('application/json');
  });

  it('has the signature that the specification gives, made here by hand', async () => {
    const { headers, body } = await first('/good');
    const signed = `${headers['webhook-id'] as string}.${headers['webhook-timestamp'] as string}.${body}`;
    const key = Buffer.from(SECRET.slice('whsec_'.length), 'base64');
    const mac = createHmac('sha256', key).update(signed).digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${mac}`);
    expect(() =>
      new Webhook(SECRET).verify(body.replace('halt', 'none'), headers as never),
    ).toThrow();
  });

  it('is signed with each secret while one is being changed', async () => {
    const other = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
    const words = 'a secret that is no base64';
    const secrets = [other, SECRET, words];
    await log.subscribe({ url: receiver.url('/both'), eventTypes: ['stop.*'], secrets });
    await stop();
    const { headers, body } = await first('/both');
    expect((headers['webhook-signature'] as string).split(' ')).toHaveLength(3);
    for (const secret of [other, SECRET]) new Webhook(secret).verify(body, headers as never);
    new Webhook(words, { format: 'raw' }).verify(body, headers as never);
  });

  it('to PagerDuty has the routing key in its body, and an end that belongs to its beginning', async () => {
    const routing = 'R0123456789abcdef0123456789abcdef'.slice(0, 32);
    const id = await log.subscribe({
      ...{ url: receiver.url('/pd'), eventTypes: ['stop.*'], format: 'pagerduty' },
      secrets: [routing],
    });
    await stop();
    const { headers, body } = await first('/pd');
    expect(headers['webhook-signature']).toBeUndefined();
    const opened = JSON.parse(body) as { dedup_key: string };
    expect(opened).toMatchObject({
      ...{ routing_key: routing, event_action: 'trigger' },
      payload: {
        severity: 'critical',
        source: PAYER,
        class: 'stop.ordered',
        summary: expect.any(String),
      },
    });
    const orderId = opened.dedup_key;
    await log.say(`control.acme.production.stop.${orderId}`, {
      type: 'StopLifted',
      data: { orderId: orderId as never, reason: null, cause: 'operator' },
    });
    const lifted = await until(() => receiver.at('/pd')[1]);
    expect(JSON.parse(lifted.body)).toEqual({
      ...{ routing_key: routing, dedup_key: orderId, event_action: 'resolve' },
    });
    expect((await until(async () => (await tried(id))[1])).outcome).toBe('delivered');
  });

  it('to Slack is text and blocks', async () => {
    await log.subscribe({ url: receiver.url('/slack'), eventTypes: ['policy.*'], format: 'slack' });
    await log.say('control.acme._.policy.p', {
      type: 'PolicyRemoved',
      data: { org: 'acme' as never, policy: 'night-budget' as never },
    });
    const { body } = await first('/slack');
    const { text, blocks } = JSON.parse(body) as { text: string; blocks: unknown[] };
    expect(text).toBe('policy.removed: the policy night-budget was removed');
    expect(blocks).toHaveLength(2);
  });

  it('tells of an agent that fell silent', async () => {
    await log.subscribe({ url: receiver.url('/stale'), eventTypes: ['agent.stale'] });
    const fact: ActivityFact = {
      type: 'HealthChanged',
      data: { address: PAYER as never, from: 'healthy', to: 'degraded', lastHeartbeatAt: null },
    };
    const about = {
      actor: { kind: 'system', id: 'x', via: 'x' } as const,
      org: 'acme',
      workspace: 'production',
      correlationId: 'x',
    };
    const store = log.nats.eventStore<ActivityEvent>(
      streams.activity.name,
      eventCodec(activityEvents),
    );
    const event = record(fact, about, systemClock, systemIds);
    await heard();
    await store.append({ subject: activitySubject('hub', 'acme', 'production', 'payer'), event });
    const { body } = await first('/stale');
    expect(JSON.parse(body)).toMatchObject({ type: 'agent.stale', data: { agent: PAYER } });
  });
});

describe('nobody is told', () => {
  it('of another org, another workspace, another agent or another event', async () => {
    const away = receiver.url('/away');
    await log.subscribe({ url: away, org: 'globex' });
    await log.subscribe({ url: away, workspace: 'staging', eventTypes: ['stop.*'] });
    await log.subscribe({ url: away, about: 'agent://acme/production/other' });
    await log.subscribe({ url: away, eventTypes: ['key.*', 'stop.lifted'] });
    await log.subscribe({ url: receiver.url('/here'), eventTypes: ['stop.ordered'], about: PAYER });
    const stopped = await log.say('control.acme.production.stop.x', {
      type: 'StopOrdered',
      data: {
        ...{ orderId: 'stop_zzzzzzzzzzzzzzzzzzzz' as never, mode: 'halt', reason: null },
        ...{ selector: { agent: PAYER as never }, expiresAt: null, drainUntil: null },
      },
    });
    await until(() => receiver.at('/here').some(({ body }) => body.includes(stopped)));
    expect(receiver.at('/away').filter(({ body }) => body.includes(stopped))).toHaveLength(1);
  });
});

describe('a failed delivery', () => {
  it('is tried again when its time has come, with the same id and a new signature', async () => {
    receiver.answers.set('/flaky', { status: 503 });
    const id = await log.subscribe({ url: receiver.url('/flaky'), eventTypes: ['stop.ordered'] });
    await stop();
    const [failed] = await until(async () => {
      const all = await tried(id);
      return all.length > 0 && all;
    });
    expect(failed).toMatchObject({ attempt: 1, outcome: 'failed', status: 503 });
    const waitMs = Date.parse(failed?.nextAt ?? '') - clock.nowMs();
    expect(waitMs).toBeGreaterThan(3_000);
    expect(waitMs).toBeLessThanOrEqual(5_000);
    receiver.answers.delete('/flaky');
    await until(() => receiver.at('/flaky').length === 2, { timeoutMs: 10_000 });
    const [one, two] = receiver.at('/flaky');
    expect(two?.headers['webhook-id']).toBe(one?.headers['webhook-id']);
    new Webhook(SECRET).verify(two?.body ?? '', two?.headers as never);
    const last = await until(async () => (await tried(id))[1]);
    expect(last).toMatchObject({ attempt: 2, outcome: 'delivered', nextAt: null });
  });

  it.each([
    [
      'redirects',
      { status: 302, headers: { location: 'http://169.254.169.254/' } },
      'answered 302',
    ],
    ['does not answer', { status: 0 }, 'no answer within 1 s'],
  ])('is told as it was: the receiver %s', async (name, answer, problem) => {
    const path = `/${name.replaceAll(' ', '-')}`;
    receiver.answers.set(path, answer);
    const id = await log.subscribe({ url: receiver.url(path), eventTypes: ['stop.ordered'] });
    await stop();
    const [failed] = await until(async () => {
      const all = await tried(id);
      return all.length > 0 && all;
    });
    expect(failed?.problem).toContain(problem);
    expect(failed?.outcome).toBe('failed');
  });

  it('goes to no address within, and says why', async () => {
    const id = await log.subscribe({ url: 'http://[::1]:1/', eventTypes: ['stop.ordered'] });
    await stop();
    const [failed] = await until(async () => {
      const all = await tried(id);
      return all.length > 0 && all;
    });
    expect(failed?.problem).toContain('ESTOP_WEBHOOK_ALLOW');
  });

  it('to a receiver that is gone ends the subscription', async () => {
    const ended: string[] = [];
    const serving = log.nats.messaging().subscribe(live.gone, (message) => {
      ended.push((JSON.parse(message.text()) as { subscriptionId: string }).subscriptionId);
      message.respond('{"ok":true}');
    });
    await log.nats.messaging().flush();
    receiver.answers.set('/gone', { status: 410 });
    const id = await log.subscribe({ url: receiver.url('/gone'), eventTypes: ['stop.ordered'] });
    await stop();
    const [dropped] = await until(async () => {
      const all = await tried(id);
      return all.length > 0 && all;
    });
    serving.stop();
    expect(dropped).toMatchObject({ outcome: 'dropped', status: 410 });
    expect(ended).toEqual([id]);
  });
});

describe('a slow receiver', () => {
  it('holds nobody else up', async () => {
    const slow = await Receiver.start();
    slow.answers.set('/slow', { status: 0 });
    await log.subscribe({ url: slow.url('/slow'), eventTypes: ['agent.registered'] });
    await log.subscribe({ url: receiver.url('/quick'), eventTypes: ['agent.registered'] });
    for (let n = 0; n < 20; n += 1) {
      await log.say(`control.acme.production.agent.a${n}`, {
        type: 'AgentRevoked',
        data: { address: `agent://acme/production/a${n}` as never, reason: null },
      });
      await log.say(`control.acme.production.agent.b${n}`, {
        type: 'AgentRegistered',
        data: {
          ...{ address: `agent://acme/production/b${n}` as never, name: `b${n}` },
          ...{ addressId: 'addr_aaaaaaaaaaaaaaaaaaaa' as never, createdByNote: null },
          ...{ serviceAccountId: 'sa_aaaaaaaaaaaaaaaaaaaa' as never, description: null },
        },
      });
    }
    await until(() => receiver.at('/quick').length === 20, { timeoutMs: 10_000 });
    expect(slow.received.length).toBeLessThan(20);
    await slow.stop();
  });
});

describe('the notifier', () => {
  const told = {
    ...{ eventId: 'own-1', type: 'inbox.thread_created', at: '2026-01-31T03:00:00.000Z' },
    ...{ org: 'acme', workspace: null, about: null, says: 'axme tells', data: { source: 'axme' } },
  };

  it('tells an event of one’s own, once, and replays it under the same id', async () => {
    await log.subscribe({ url: receiver.url('/own'), eventTypes: ['inbox.*'] });
    const tell = { op: 'tell', org: 'acme', told, subscriptionId: null };
    expect(await ask(tell)).toMatchObject({ ok: true, queued: 1 });
    expect(await ask(tell)).toMatchObject({ ok: true, queued: 0 });
    await first('/own');
    const replay = {
      op: 'replay',
      org: 'acme',
      workspace: null,
      eventId: 'own-1',
      subscriptionId: null,
    };
    expect(await ask(replay)).toMatchObject({ ok: true, queued: 1, told: { type: told.type } });
    const again = await until(() => receiver.at('/own')[1]);
    expect(again.headers['webhook-id']).toBe(receiver.at('/own')[0]?.headers['webhook-id']);
    expect(await ask({ ...replay, org: 'globex' })).toMatchObject({ ok: false, code: 'not_found' });
    expect(await ask({ ...replay, workspace: 'staging' })).toMatchObject({ code: 'not_found' });
  });

  it('refuses what it cannot read', async () =>
    expect(await ask({ op: 'format' })).toMatchObject({ ok: false, code: 'invalid_request' }));

  it('started anew, with and without its directory, tells nothing twice and loses nothing', async () => {
    await log.end(notifier);
    const sentBefore = receiver.received.filter(({ path }) => path === '/good').length;
    const missed = await stop();
    notifier = await log.notifier({ clock });
    await until(() => receiver.at('/good').some(({ body }) => body.includes(missed)));
    await log.end(notifier);
    rmSync(`${log.dataDir}/places.json`);
    notifier = await log.notifier({ clock });
    const last = await stop();
    await until(() => receiver.at('/good').some(({ body }) => body.includes(last)));
    expect(receiver.at('/good')).toHaveLength(sentBefore + 2);
  });

  it('takes what is older than a week for no news', async () => {
    await log.end(notifier);
    rmSync(`${log.dataDir}/places.json`);
    aheadMs = 8 * 24 * 3_600_000;
    await log.subscribe({ url: receiver.url('/late'), eventTypes: ['stop.ordered'] });
    await stop();
    notifier = await log.notifier({ clock });
    expect(
      await ask({
        op: 'tell',
        org: 'acme',
        told: { ...told, eventId: 'own-2' },
        subscriptionId: null,
      }),
    ).toMatchObject({ ok: true });
    await until(() => receiver.at('/own').length >= 3);
    expect(receiver.at('/late')).toEqual([]);
  });
});
