import { jest } from '@jest/globals';
import {
  controlEvents,
  eventCodec,
  LOG_SUBJECT,
  live,
  streams,
  type ControlEvent,
} from '#contracts';
import { connectNats, provisionStreams, type Nats } from '#event-store-jetstream';
import { record, systemClock, systemIds } from '#platform';
import { claimNatsAccount, until } from '#testing';
import { ExampleShells } from './example/example-shells.js';
import { signedEvent } from './wire/authentic.js';
import { generateKey, openKey } from './keys/signing-key.js';

const ACTOR = { kind: 'system', id: 'test', via: 'test' } as const;
const ABOUT = { actor: ACTOR, org: null, workspace: null, correlationId: 'c' };

describe('the shells of containment, on a real server', () => {
  let nats: Nats;
  let shells: ExampleShells;

  beforeEach(async () => {
    const { url, user, password } = await claimNatsAccount();
    nats = await connectNats({ servers: url, user, password, name: 'shells' });
    await provisionStreams(nats, { replicas: 1 });
    const store = nats.eventStore(streams.control.name, eventCodec<ControlEvent>(controlEvents));
    const fact = { type: 'LogStarted', data: { incarnation: 'a'.repeat(32) } } as const;
    const event = record(fact, ABOUT, systemClock, systemIds) as ControlEvent;
    await store.append({ subject: LOG_SUBJECT, event });
    shells = new ExampleShells({
      log: nats.rawLog(streams.control.name),
      messaging: nats.messaging(),
    });
  });
  afterEach(async () => {
    await shells.stop();
    await nats.close();
  });

  it('give a gateway its lease, and end it when the only node leaves', async () => {
    const { shell: node } = await shells.node('n1');
    const { shell: gateway } = await shells.gateway('g1');
    expect(gateway.admits()).toBe(true);
    expect(gateway.boot).toBe(1);
    await shells.end(node);
    await until(() => !gateway.admits());
  });

  it('enforce a stop everywhere, collect the receipts and call it contained', async () => {
    const { shell: node } = await shells.node('n1');
    const [g1, g2] = [await shells.gateway('g1'), await shells.gateway('g2')];
    const stop = shells.stopOf('rogue');
    await node.order(stop);
    const { orderId } = stop.data;
    const standing = await node.until(orderId, ({ contained }) => contained, 10_000);
    expect(standing).toMatchObject({ acked: 2, of: 2, committed: true, contained: true });
    expect(standing?.gateways.map(({ cut }) => cut)).toEqual([
      { streams: 2, calls: 1 },
      { streams: 2, calls: 1 },
    ]);
    for (const { deeds } of [g1, g2]) {
      expect(deeds.enforced).toEqual([orderId]);
      expect(deeds.cut).toEqual([orderId]);
      expect(deeds.rejected).toEqual([]);
    }
  });

  it('hold an order over the restart of a gateway, before the log is read', async () => {
    const { shell: node } = await shells.node('n1');
    const first = await shells.gateway('g1');
    const stop = shells.stopOf('rogue');
    await node.order(stop);
    await node.until(stop.data.orderId, ({ contained }) => contained, 10_000);
    await shells.end(first.shell);
    const { shell, deeds } = await shells.gateway('g1');
    expect(deeds.enforced[0]).toBe(stop.data.orderId);
    expect(shell.boot).toBe(2);
  });

  it('prove by silence that a gateway that vanished admits nothing', async () => {
    const { shell: node } = await shells.node('n1');
    const { shell: gateway } = await shells.gateway('g1');
    await until(() => node.isReady);
    // It does not say goodbye: its process is as good as frozen.
    jest.spyOn(gateway, 'step').mockImplementation(() => undefined);
    const stop = shells.stopOf('rogue');
    await node.order(stop);
    const standing = await node.until(stop.data.orderId, ({ contained }) => contained, 10_000);
    expect(standing?.gateways).toMatchObject([{ gateway: 'g1', state: 'fenced' }]);
    expect(standing?.containedAfterMs).toBeGreaterThan(750);
    expect(gateway.admits()).toBe(false);
    jest.restoreAllMocks();
  });

  it('do nothing for a stop that no control node signed', async () => {
    const { deeds: node } = await shells.node('n1');
    const { deeds } = await shells.gateway('g1');
    const stop = shells.stopOf('healthy');
    const forged = signedEvent(stop, 'n1-1', openKey(generateKey()));
    nats.messaging().publish(live.order('n1-1'), JSON.stringify(forged));
    nats.messaging().publish(live.order('n1-1'), JSON.stringify(stop));
    nats.messaging().publish(live.order('n1-1'), 'junk');
    await until(() => deeds.rejected.length > 0);
    expect(deeds.enforced).toEqual([]);
    expect(node.enforced).toEqual([]);
  });

  it('answer no renewal and believe no position that the gateway itself did not seal', async () => {
    const { shell: node, deeds } = await shells.node('n1');
    const { shell: gateway } = await shells.gateway('g1');
    const said: string[] = [];
    const listening = nats.messaging().subscribe(live.renewalFilter, (message) => {
      said.push(message.text());
    });
    await until(() => said.length > 0);
    listening.stop();
    const overheard = JSON.parse(said[0] ?? '') as { nonce: string; signature: string };
    const answers: string[] = [];
    nats.messaging().subscribe(live.answer('g1'), (message) => void answers.push(message.text()));
    const forged = [{ signature: '' }, { position: 9_999 }, { nonce: 'forged' }];
    for (const change of forged) {
      const text = JSON.stringify({ ...overheard, ...change });
      nats.messaging().publish(live.renewal('g1'), text);
    }
    await until(() => deeds.rejected.filter((what) => what === 'renewal').length === 3);
    expect(answers.some((text) => text.includes('"forged"'))).toBe(false);
    const sealed = gateway.sealPosition('{"position":7}') ?? '';
    expect(node.signing.openPosition('g1', sealed)).toBe('{"position":7}');
    expect(node.signing.openPosition('g1', sealed.replace('7}', '8}'))).toBeNull();
    expect(node.signing.openPosition('g1', '{"position":7}')).toBeNull();
    expect(deeds.rejected.slice(3)).toEqual(['position', 'position']);
  });

  it('try the push route with a test that refuses nothing', async () => {
    const { shell: node } = await shells.node('n1');
    const { deeds } = await shells.gateway('g1');
    const nonce = 'a nonce of my own';
    const { answers } = await node.test({
      nonce,
      selector: null,
      gateways: ['g1'],
      timeoutMs: 10_000,
    });
    expect(answers.get('g1')).toMatchObject({ nonce, gateway: 'g1', admits: true, boot: 1 });
    expect(deeds.enforced).toEqual([]);
  });
});
