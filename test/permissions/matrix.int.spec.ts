import { jest } from '@jest/globals';
import { MeshServer, USERS } from './mesh-server.js';

/**
 * Every class of user against every class of subject, both ways: who is not named in a row is refused. `us` and `eu` are
 * gateways of two regions.
 */
const SHORT: Record<string, string> = {
  provision: 'provision',
  node: 'control-node-1',
  projector: 'projector',
  us: 'gateway-us-east-1',
  eu: 'gateway-eu-west-1',
};

let mesh: MeshServer;
jest.setTimeout(30_000);
beforeAll(async () => {
  mesh = await MeshServer.start();
});
afterAll(() => mesh.stop());

const publishers: [subject: string, who: string][] = [
  // The control log.
  ['control.acme.production.stop.stop_1', 'node'],
  ['control.acme._.stop.stop_1', 'node'],
  ['control.acme.production.agent.alpha', 'node'],
  ['control.acme.production.key.key1', 'provision node'],
  ['control.acme._.org.acme', 'provision node'],
  ['control.acme.production.workspace.production', 'provision node'],
  ['control.mesh.log', 'provision node'],
  ['control.mesh.node.node-1-abcdefgh', 'node'],
  ['control.mesh.gateway.us-east-1', 'node us'],
  ['control.mesh.gateway.eu-west-1', 'node eu'],
  ['control.mesh.gateway.new', 'node'],
  ['control.mesh.key.us-east-1', 'node us'],
  ['control.mesh.key.node-1-abcdefgh', 'node'],
  ['echo.node-1-abcdefgh', 'node'],
  // What is said at once.
  ['live.order.node-1-abcdefgh', 'node'],
  ['live.answer.us-east-1', 'node'],
  ['live.join.node-1-abcdefgh', 'node'],
  ['live.renewal.us-east-1', 'us'],
  ['live.renewal.eu-west-1', 'eu'],
  ['live.receipt.us-east-1', 'us'],
  ['live.receipt.eu-west-1', 'eu'],
  ['live.position.us-east.us-east-1', 'us'],
  ['live.position.us-east.eu-west-1', ''],
  ['live.position.eu-west.us-east-1', ''],
  ['live.handed.node-1-abcdefgh', 'us eu'],
  ['live.command', 'us eu'],
  ['live.projector', 'node'],
  ['live.unheard-of', ''],
  // Work, and what gateways saw.
  ['intent.acme.production.alpha.i1', 'us eu'],
  ['inbox.acme.production.alpha.i1', 'us eu'],
  ['deadline.acme.production.alpha.i1', 'us eu'],
  ['retire.acme.production.alpha.i1', 'us eu'],
  ['activity.us-east.acme.production.alpha', 'us'],
  ['activity.eu-west.acme.production.alpha', 'eu'],
  ['activity.hub.acme.production.alpha', 'projector'],
  ['$KV.IDEMPOTENCY.key', 'node us eu'],
  ['$KV.OTHER.key', ''],
  // Acknowledgements.
  ['$JS.ACK.INTENTS.queue.1.1.1.1.0', 'us eu'],
  ['$JS.ACK.CONTROL.queue.1.1.1.1.0', ''],
  ['$JS.FC.CONTROL.follow-1.x', 'node projector us eu'],
  ['$JS.FC.INTENTS.follow-1.x', 'us eu'],
  ['$JS.FC.ACTIVITY.follow-1.x', 'projector'],
  // Other people's inboxes, and the server's own subjects.
  ['_INBOX.gateway-us-east-1.x', ''],
  ['_INBOX.control-node-1.x', ''],
  ['_R_.x', ''],
  ['$SYS.REQ.SERVER.PING', ''],
  ['anything', ''],
];

const STREAMS = ['CONTROL', 'INTENTS', 'ACTIVITY', 'KV_IDEMPOTENCY'] as const;

/** Who may ask JetStream what: the verb, then the streams in the order of `STREAMS`; `…` stands for the stream. */
const verbs: [verb: string, ...who: [string, string, string, string]][] = [
  ['STREAM.CREATE.…', 'provision', 'provision', 'provision', 'provision'],
  ['STREAM.UPDATE.…', 'provision', 'provision', 'provision', 'provision'],
  ['STREAM.DELETE.…', '', '', '', ''],
  ['STREAM.PURGE.…', '', 'us eu', '', ''],
  ['STREAM.MSG.DELETE.…', '', '', '', ''],
  ['STREAM.SNAPSHOT.…', '', '', '', ''],
  ['STREAM.RESTORE.…', '', '', '', ''],
  ['STREAM.PEER.REMOVE.…', '', '', '', ''],
  ['STREAM.LEADER.STEPDOWN.…', '', '', '', ''],
  [
    'STREAM.INFO.…',
    'provision node projector us eu',
    'provision node projector us eu',
    'provision node projector us eu',
    'provision node projector us eu',
  ],
  ['STREAM.MSG.GET.…', 'provision node projector us eu', 'us eu', 'projector', 'node us eu'],
  ['DIRECT.GET.…', 'provision node projector us eu', 'us eu', 'projector us eu', ''],
  ['DIRECT.GET.….some.subject', '', '', '', ''],
  ['CONSUMER.CREATE.….follow-1', 'node projector us eu', 'us eu', 'projector', ''],
  ['CONSUMER.CREATE.….queue.some.filter', '', 'us eu', '', ''],
  ['CONSUMER.CREATE.…', '', '', '', ''],
  ['CONSUMER.DURABLE.CREATE.….queue', '', '', '', ''],
  ['CONSUMER.DELETE.….follow-1', 'node projector us eu', 'us eu', 'projector', ''],
  ['CONSUMER.INFO.….follow-1', 'node projector us eu', 'us eu', 'projector', ''],
  ['CONSUMER.MSG.NEXT.….queue', '', 'us eu', '', ''],
  ['CONSUMER.NAMES.…', '', '', '', ''],
  ['CONSUMER.LIST.…', '', '', '', ''],
  ['CONSUMER.PAUSE.….follow-1', '', '', '', ''],
  ['CONSUMER.LEADER.STEPDOWN.….follow-1', '', '', '', ''],
];

const wholeServer: [verb: string, who: string][] = [
  ['INFO', ''],
  ['STREAM.NAMES', ''],
  ['STREAM.LIST', ''],
  ['STREAM.CREATE.OTHER', ''],
  ['ACCOUNT.PURGE.HUB', ''],
  ['META.LEADER.STEPDOWN', ''],
  ['SERVER.REMOVE', ''],
];

const subscribers: [pattern: string, subject: string, who: string][] = [
  ['live.order.*', 'live.order.node-1', 'node us eu'],
  ['live.answer.us-east-1', 'live.answer.us-east-1', 'us'],
  ['live.answer.eu-west-1', 'live.answer.eu-west-1', 'eu'],
  ['live.answer.*', 'live.answer.us-east-1', ''],
  ['live.answered.*', 'live.answered.us-east-1', ''],
  ['live.renewal.*', 'live.renewal.us-east-1', 'node'],
  ['live.receipt.*', 'live.receipt.us-east-1', 'node'],
  ['live.position.*.*', 'live.position.us-east.us-east-1', 'node'],
  ['live.handed.*', 'live.handed.node-1', 'node'],
  ['live.join.*', 'live.join.node-1', 'node'],
  ['live.command', 'live.command', 'node'],
  ['live.projector', 'live.projector', 'projector'],
  ['live.>', 'live.order.node-1', ''],
  ['control.>', 'control.acme.production.stop.stop_1', ''],
  ['echo.>', 'echo.node-1', ''],
  ['intent.>', 'intent.acme.production.alpha.i1', ''],
  ['inbox.>', 'inbox.acme.production.alpha.i1', ''],
  ['activity.>', 'activity.us-east.acme.production.alpha', ''],
  ['$KV.>', '$KV.IDEMPOTENCY.key', ''],
  ['_INBOX.provision.x', '_INBOX.provision.x', 'provision'],
  ['_INBOX.control-node-1.x', '_INBOX.control-node-1.x', 'node'],
  ['_INBOX.projector.x', '_INBOX.projector.x', 'projector'],
  ['_INBOX.gateway-us-east-1.x', '_INBOX.gateway-us-east-1.x', 'us'],
  ['_INBOX.gateway-eu-west-1.x', '_INBOX.gateway-eu-west-1.x', 'eu'],
  ['_INBOX.>', '_INBOX.control-node-1.x', ''],
  ['_R_.>', '_R_.x', ''],
  ['$JS.API.>', '$JS.API.STREAM.NAMES', ''],
  ['$JS.ACK.>', '$JS.ACK.INTENTS.queue.1.1.1.1.0', ''],
  ['$JS.EVENT.>', '$JS.EVENT.ADVISORY.x', ''],
  ['$SYS.>', '$SYS.x', ''],
  ['>', 'anything', ''],
];

const allowedIn = async (ask: (user: string) => Promise<boolean>): Promise<string> => {
  const allowed: string[] = [];
  for (const [short, user] of Object.entries(SHORT)) if (await ask(user)) allowed.push(short);
  return allowed.join(' ');
};

const isolated = (user: string): boolean => USERS.some((one) => one.name === user && one.isolated);

/** Users with an account of their own know JetStream's API and its buckets by their domain. */
const saidBy = (user: string, subject: string): string =>
  isolated(user) ? subject.replace(/^(?:\$JS\.API\.|(?=\$KV\.))/, '$JS.hub.API.') : subject;

const speakers = (subject: string): Promise<string> =>
  allowedIn((user) => mesh.mayPublish(user, saidBy(user, subject), subject));
const askers = (verb: string): Promise<string> => speakers(`$JS.API.${verb}`);

it('names every user that there is', () =>
  expect(Object.values(SHORT)).toEqual(USERS.map(({ name }) => name)));

it.each(publishers)('on %s speaks nobody but: %s', async (subject, who) =>
  expect(await speakers(subject)).toBe(who),
);

it.each(
  verbs.flatMap(([verb, ...who]) =>
    STREAMS.map((stream, at) => [verb.replace('…', stream), who[at] as string] as const),
  ),
)('JetStream is asked for %s by nobody but: %s', async (verb, who) =>
  expect(await askers(verb)).toBe(who),
);

it.each(wholeServer)('JetStream is asked for %s by nobody but: %s', async (verb, who) =>
  expect(await askers(verb)).toBe(who),
);

it.each(['us', 'eu'])('live.answered.* is said to a gateway (%s) by gateways only', async (to) => {
  const subject = `live.answered.${to === 'us' ? 'us-east-1' : 'eu-west-1'}`;
  const listener = mesh.as(SHORT[to] as string);
  let heard = 0;
  const end = listener.subscribe(subject, () => (heard += 1));
  await listener.flush();
  const may = await allowedIn(async (user) => {
    const before = heard;
    const client = mesh.as(user);
    const refused = client.refusals.length;
    client.publish(subject, '');
    await mesh.settled(client);
    await listener.flush();
    expect(client.refusals.length > refused).toBe(heard === before);
    return heard > before;
  });
  end();
  expect(may).toBe('us eu');
});

it.each(subscribers)('%s (%s) is heard by nobody but: %s', async (pattern, subject, who) =>
  expect(await allowedIn((user) => mesh.maySubscribe(user, pattern, subject))).toBe(who),
);
