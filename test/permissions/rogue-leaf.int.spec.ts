import { jest } from '@jest/globals';
import { freePort, type RunningServer } from '#embedded';
import { spawnNatsServer, until } from '#testing';
import { RawNats } from '../fault-lab/nats/raw-nats.js';
import { MeshServer, passwordOf } from './mesh-server.js';

/** Whoever owns a region's server lets his own users do anything there, and at the hub may do what its gateway may. */
const GATEWAY = 'gateway-us-east-1';
let mesh: MeshServer;
let leaf: RunningServer;
let thief: RawNats;

jest.setTimeout(30_000);
beforeAll(async () => {
  const port = await freePort();
  mesh = await MeshServer.start(`leafnodes { listen: "127.0.0.1:${port}" }`);
  const url = `nats-leaf://${GATEWAY}:${passwordOf(GATEWAY)}@127.0.0.1:${port}`;
  const config = `accounts { "${GATEWAY}" { users: [ { user: thief, password: thief } ] } }
leafnodes { reconnect: "250ms", remotes: [ { account: "${GATEWAY}", urls: [ "${url}" ] } ] }`;
  leaf = await spawnNatsServer({ name: 'leaf', jetStream: false, config });
  thief = await RawNats.connect({ port: leaf.port, user: 'thief', password: 'thief' });
  await until(() => heard('live.renewal.us-east-1'), { everyMs: 50 });
});
afterAll(async () => {
  thief.close();
  await leaf.stop();
  await mesh.stop();
});

/** What is said at the leaf goes to the hub in order: when the later word has come, so has the earlier, or never will. */
const heard = async (subject: string): Promise<boolean> => {
  mesh.seen = [];
  thief.publish(subject, '');
  thief.publish('live.receipt.us-east-1', '');
  await thief.flush();
  await until(() => mesh.seen.includes('live.receipt.us-east-1'), { timeoutMs: 2_000 }).catch(
    () => undefined,
  );
  return mesh.seen.includes(subject.replace('$JS.hub.API', '$JS.API'));
};

it.each([
  'control.mesh.gateway.us-east-1',
  'live.renewal.us-east-1',
  'live.command',
  'intent.acme.production.alpha.i1',
  '$JS.hub.API.STREAM.INFO.CONTROL',
])('may speak as its gateway on %s', async (subject) => expect(await heard(subject)).toBe(true));

it.each([
  'control.acme.production.stop.stop_1',
  'control.mesh.gateway.eu-west-1',
  'control.mesh.log',
  'echo.node-1',
  'live.order.node-1',
  'live.answer.us-east-1',
  'live.renewal.eu-west-1',
  'activity.eu-west.acme.production.alpha',
  '$JS.hub.API.STREAM.DELETE.CONTROL',
  '$JS.hub.API.STREAM.UPDATE.CONTROL',
  '$JS.API.STREAM.DELETE.CONTROL',
  '$JS.API.STREAM.INFO.CONTROL',
  '_INBOX.control-node-1.x',
])('may not speak on %s', async (subject) => expect(await heard(subject)).toBe(false));

it('hears nothing that its gateway may not hear', async () => {
  const words: string[] = [];
  const end = thief.subscribe('>', ({ subject }) => void words.push(subject));
  await thief.flush();
  const said = ['live.answer.us-east-1', 'live.order.node-1', '_INBOX.gateway-us-east-1.x'];
  const others = ['live.answer.eu-west-1', 'live.receipt.eu-west-1', '_INBOX.control-node-1.x'];
  await until(() => {
    for (const subject of [...others, ...said]) mesh.watcher.publish(subject, '');
    return said.every((subject) => words.includes(subject));
  });
  end();
  expect(words.filter((subject) => others.includes(subject))).toEqual([]);
});
