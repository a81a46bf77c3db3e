import {
  controlEvents,
  eventCodec,
  live,
  LOG_SUBJECT,
  streams,
  type ControlEvent,
} from '#contracts';
import { connectNats, provisionStreams, type Nats } from '#event-store-jetstream';
import { record, systemClock, systemIds } from '#platform';
import { claimNatsAccount, until } from '#testing';
import { ExampleShells } from '../example/example-shells.js';
import type { NodeShell } from '../node/node-shell.js';

const ACTOR = { kind: 'system', id: 'test', via: 'test' } as const;
const ABOUT = { actor: ACTOR, org: null, workspace: null, correlationId: 'c' };

describe('a new key', () => {
  let nats: Nats;
  let shells: ExampleShells;

  beforeEach(async () => {
    const { url, user, password } = await claimNatsAccount();
    nats = await connectNats({ servers: url, user, password, name: 'rotation' });
    await provisionStreams(nats, { replicas: 1 });
    const store = nats.eventStore(streams.control.name, eventCodec<ControlEvent>(controlEvents));
    const fact = { type: 'LogStarted', data: { incarnation: 'a'.repeat(32) } } as const;
    const event = record(fact, ABOUT, systemClock, systemIds) as ControlEvent;
    await store.append({ subject: LOG_SUBJECT, event });
    const log = nats.rawLog(streams.control.name);
    shells = new ExampleShells({ log, messaging: nats.messaging() });
  }, 20_000);
  afterEach(async () => {
    await shells.stop();
    await nats.close();
  });

  const keyIdOf = (signature: string): string => signature.slice(0, signature.indexOf('.'));
  /** The ids of the keys that nodes signed answers to the gateway with. */
  const watch = () => {
    const keys = new Set<string>();
    const { stop } = nats.messaging().subscribe(live.answer('g1'), (message) => {
      keys.add(keyIdOf((JSON.parse(message.text()) as { signature: string }).signature));
    });
    return { keys, stop };
  };
  /** The id of the key that the gateway confirms with. */
  const keyOfGateway = async (node: NodeShell): Promise<string> => {
    const { answers } = await node.test({ selector: null, gateways: ['g1'], timeoutMs: 5_000 });
    return keyIdOf(answers.get('g1')?.signature ?? '');
  };

  it('of a node and of a gateway comes into use under renewals, and nothing is fenced or rejected', async () => {
    const { shell: node, deeds: said } = await shells.node('n1');
    const { shell: other } = await shells.node('n2');
    const { shell: gateway, deeds } = await shells.gateway('g1');
    await until(() => node.isReady && other.isReady);
    const watching = watch();
    const before = await keyOfGateway(node);
    const refused: boolean[] = [];
    const looking = setInterval(() => void (gateway.admits() || refused.push(true)), 20);
    other.askToRotate('node', node.id);
    other.askToRotate('gateway', 'g1');
    const isThrough = async (): Promise<boolean> =>
      watching.keys.size === 3 && (await keyOfGateway(node)) !== before;
    await until(isThrough, { what: 'both sign with new keys', timeoutMs: 15_000 });
    const stop = shells.stopOf('rogue');
    await node.order(stop);
    const standing = await node.until(stop.data.orderId, ({ contained }) => contained, 10_000);
    clearInterval(looking);
    watching.stop();
    expect(standing).toMatchObject({ acked: 1, of: 1, contained: true });
    expect([refused, deeds.rejected, said.rejected]).toEqual([[], [], []]);
  }, 30_000);

  it('is not made because somebody says so who is no control node, nor twice for one ask', async () => {
    const { shell: node, deeds: said } = await shells.node('n1');
    const { deeds } = await shells.gateway('g1');
    const asks: string[] = [];
    const listening = nats
      .messaging()
      .subscribe(live.order(node.id), (message) => void asks.push(message.text()));
    await nats.messaging().flush();
    node.askToRotate('gateway', 'nobody');
    await until(() => asks.length === 1);
    listening.stop();
    const [ask = ''] = asks;
    const forged = ask.replace('nobody', 'g1');
    for (const text of [ask, forged]) nats.messaging().publish(live.order(node.id), text);
    await until(() => deeds.rejected.length === 2 && said.rejected.length === 2);
    expect(deeds.rejected).toEqual(['rotate', 'rotate']);
    expect(deeds.applied).not.toContain('GatewayKeyRotated');
  }, 30_000);
});
