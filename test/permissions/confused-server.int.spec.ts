import { jest } from '@jest/globals';
import { until } from '#testing';
import { MeshServer } from './mesh-server.js';

/**
 * nats-server checks what a client publishes, but not where the client lets the server's answer go. So a client that may
 * ask JetStream anything has the server speak for it, in its own account. Isolated users have nobody else there.
 */
const GATEWAY = 'gateway-us-east-1';
const PROJECTOR = 'projector';
const API = '$JS.hub.API';

const targets = [
  '$JS.API.STREAM.DELETE.CONTROL',
  '$JS.API.STREAM.PURGE.ACTIVITY',
  'control.acme.production.stop.stop_forged',
  'control.mesh.gateway.eu-west-1',
  'activity.eu-west.acme.production.alpha',
  'notice.acme.sub1.n1',
  'live.gone',
  'echo.node-1',
  'live.order.node-1',
  'live.answer.eu-west-1',
  'live.receipt.eu-west-1',
  '_INBOX.control-node-1.x',
];

const ways: [name: string, user: string, subject: string, body: object | string][] = [
  ['reads of a log', GATEWAY, `${API}.DIRECT.GET.INTENTS`, { last_by_subj: 'intent.a.b.c.d' }],
  ['look-ups', GATEWAY, `${API}.STREAM.MSG.GET.INTENTS`, { last_by_subj: 'intent.a.b.c.d' }],
  ['questions about a stream', GATEWAY, `${API}.STREAM.INFO.CONTROL`, ''],
  ['pulls', GATEWAY, `${API}.CONSUMER.MSG.NEXT.INTENTS.queue`, { batch: 1, no_wait: true }],
  ['appends', GATEWAY, 'intent.a.b.c.d', ''],
  ['acknowledgements', GATEWAY, '$JS.ACK.INTENTS.queue.1.1.1.1.0', '+ACK'],
  ['what nobody answers', GATEWAY, 'live.command', ''],
  [
    "the projector's reads",
    PROJECTOR,
    `${API}.DIRECT.GET.ACTIVITY`,
    { last_by_subj: 'activity.hub.x' },
  ],
  ["the evaluator's breaches", 'evaluator', 'live.breach', ''],
  ["the notifier's pulls", 'notifier', `${API}.CONSUMER.MSG.NEXT.NOTICES.queue`, { batch: 1 }],
  ["monitoring's signals", 'signals', 'signal.acme._.prometheus', ''],
];

let mesh: MeshServer;
jest.setTimeout(30_000);
beforeAll(async () => {
  mesh = await MeshServer.start();
  const gateway = mesh.as(GATEWAY);
  await gateway.request('intent.a.b.c.d', '');
  await mesh.as(PROJECTOR).request('activity.hub.x', '');
  const config = { name: 'queue', durable_name: 'queue', ack_policy: 'explicit' };
  await gateway.request(
    `${API}.CONSUMER.CREATE.INTENTS.queue.intent.>`,
    JSON.stringify({ stream_name: 'INTENTS', config: { ...config, filter_subject: 'intent.>' } }),
  );
});
afterAll(() => mesh.stop());

const streamsThere = async () => {
  const { streams } = await mesh.ask<{ streams: string[] }>('STREAM.NAMES');
  return streams;
};

it.each(ways)(
  'cannot send the answers to %s anywhere but to itself',
  async (_, user, subject, body) => {
    const client = mesh.as(user);
    const before = await mesh.lastSequence('CONTROL');
    mesh.seen = [];
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    for (const target of targets) client.publish(subject, text, target);
    await mesh.settled(client);
    await mesh.quiet();
    expect(mesh.seen.filter((said) => targets.includes(said))).toEqual([]);
    expect(await mesh.lastSequence('CONTROL')).toBe(before);
    expect(await streamsThere()).toHaveLength(8);
  },
);

it('would send them anywhere from an account with others in it, which is why users have their own', async () => {
  const before = await mesh.lastSequence('CONTROL');
  const body = JSON.stringify({ last_by_subj: 'intent.a.b.c.d' });
  mesh.watcher.publish('$JS.API.DIRECT.GET.INTENTS', body, 'control.acme.production.stop.stop_1');
  await until(async () => (await mesh.lastSequence('CONTROL')) > before);
});

let made = 0;
const deliverTo = async (target: string): Promise<void> => {
  const name = `follow-${(made += 1)}`;
  const config = { name, deliver_subject: target, deliver_policy: 'all', ack_policy: 'none' };
  const body = JSON.stringify({ stream_name: 'INTENTS', config });
  await mesh.as(GATEWAY).request(`${API}.CONSUMER.CREATE.INTENTS.${name}`, body);
};

/** A consumer made later has delivered, so an earlier one would have. */
const delivered = async (): Promise<void> => {
  let arrived = false;
  const inbox = `_INBOX.${GATEWAY}.${made}`;
  const end = mesh.as(GATEWAY).subscribe(inbox, () => (arrived = true));
  await deliverTo(inbox);
  await until(() => arrived);
  end();
};

it.each(targets)('cannot have a consumer write or order anything on %s', async (target) => {
  const before = await mesh.lastSequence('CONTROL');
  const activityBefore = await mesh.lastSequence('ACTIVITY');
  await deliverTo(target);
  await delivered();
  expect(await mesh.lastSequence('CONTROL')).toBe(before);
  expect(await mesh.lastSequence('ACTIVITY')).toBe(activityBefore);
  expect(await streamsThere()).toHaveLength(8);
});

/**
 * The server looks for a listener on exactly the consumer's subject, and the thief may be that one. From then on all who
 * hear that subject get the bytes, under the subject that they are stored on.
 */
it('can have a consumer shout its own bytes at those who hear orders: there only signatures count', async () => {
  const heard: string[] = [];
  const listeners = ['control-node-1', 'gateway-eu-west-1'].map((user) => mesh.as(user));
  const ends = listeners.map((client, at) =>
    client.subscribe('live.order.*', ({ subject }) => void heard.push(`${at} ${subject}`)),
  );
  for (const client of listeners) await client.flush();
  ends.push(mesh.as(GATEWAY).subscribe('live.order.thief', () => undefined));
  await deliverTo('live.order.thief');
  await until(() => new Set(heard).size === 2);
  for (const end of ends) end();
  expect(new Set(heard)).toEqual(new Set(['0 intent.a.b.c.d', '1 intent.a.b.c.d']));
});
