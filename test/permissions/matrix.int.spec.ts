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
  evaluator: 'evaluator',
  notifier: 'notifier',
  signals: 'signals',
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
  ['live.breach', 'evaluator'],
  ['live.backtest', 'node'],
  ['live.notifier', 'node'],
  ['live.gone', 'notifier'],
  ['live.unheard-of', ''],
  // Work, and what gateways saw.
  ['intent.acme.production.alpha.i1', 'us eu'],
  ['inbox.acme.production.alpha.i1', 'us eu'],
  ['deadline.acme.production.alpha.i1', 'us eu'],
  ['retire.acme.production.alpha.i1', 'us eu'],
  ['activity.us-east.acme.production.alpha', 'us'],
  ['activity.eu-west.acme.production.alpha', 'eu'],
  ['activity.hub.acme.production.alpha', 'projector evaluator'],
  // Money, sessions, what monitoring says, and what webhooks are told.
  ['ledger.acme.production.agent.alpha.usd-day', 'us eu'],
  ['session.acme.production.s1', 'us eu'],
  ['signal.acme.production.prometheus', 'node signals'],
  ['signal.acme._.prometheus', 'node signals'],
  ['signal.acme.production', ''],
  ['signal.acme.production.prometheus.x', ''],
  ['notice.acme.sub1.n1', 'notifier'],
  ['notice.acme.sub1.n1.log', 'notifier'],
  ['$KV.IDEMPOTENCY.key', 'node us eu'],
  ['$KV.OTHER.key', ''],
  // Acknowledgements.
  ['$JS.ACK.INTENTS.queue.1.1.1.1.0', 'us eu'],
  ['$JS.ACK.CONTROL.queue.1.1.1.1.0', ''],
  ['$JS.ACK.NOTICES.queue.1.1.1.1.0', 'notifier'],
  ['$JS.ACK.LEDGER.queue.1.1.1.1.0', ''],
  ['$JS.FC.CONTROL.follow-1.x', 'node projector evaluator notifier us eu'],
  ['$JS.FC.INTENTS.follow-1.x', 'us eu'],
  ['$JS.FC.ACTIVITY.follow-1.x', 'projector evaluator notifier'],
  ['$JS.FC.LEDGER.follow-1.x', 'node notifier us eu'],
  ['$JS.FC.SESSIONS.follow-1.x', 'evaluator us eu'],
  ['$JS.FC.SIGNALS.follow-1.x', 'evaluator'],
  ['$JS.FC.NOTICES.follow-1.x', ''],
  // Other people's inboxes, and the server's own subjects.
  ['_INBOX.gateway-us-east-1.x', ''],
  ['_INBOX.control-node-1.x', ''],
  ['_R_.x', ''],
  ['$SYS.REQ.SERVER.PING', ''],
  ['anything', ''],
];

const STREAMS = [
  'CONTROL',
  'INTENTS',
  'ACTIVITY',
  'LEDGER',
  'SESSIONS',
  'SIGNALS',
  'NOTICES',
  'KV_IDEMPOTENCY',
] as const;
type ByStream = Partial<Record<(typeof STREAMS)[number], string>>;

const onEvery = (who: string): ByStream =>
  Object.fromEntries(STREAMS.map((stream) => [stream, who]));

const FOLLOWERS: ByStream = {
  CONTROL: 'node projector evaluator notifier us eu',
  INTENTS: 'us eu',
  ACTIVITY: 'projector evaluator notifier',
  LEDGER: 'node notifier us eu',
  SESSIONS: 'evaluator us eu',
  SIGNALS: 'evaluator',
};
const READERS: ByStream = {
  CONTROL: 'provision node projector evaluator notifier us eu',
  INTENTS: 'us eu',
  ACTIVITY: 'projector evaluator notifier',
  LEDGER: 'node notifier us eu',
  SESSIONS: 'node evaluator us eu',
  SIGNALS: 'evaluator',
  NOTICES: 'node notifier',
};
/** Streams whose items are handed out, by who does the work. */
const WORKERS: ByStream = { INTENTS: 'us eu', NOTICES: 'notifier' };
const NOBODY: ByStream = {};

/** Who may ask JetStream what, by the stream that stands for `…`; on streams that are not named, nobody. */
const verbs: [verb: string, who: ByStream][] = [
  ['STREAM.CREATE.…', onEvery('provision')],
  ['STREAM.UPDATE.…', onEvery('provision')],
  ['STREAM.DELETE.…', NOBODY],
  ['STREAM.PURGE.…', { INTENTS: 'us eu' }],
  ['STREAM.MSG.DELETE.…', NOBODY],
  ['STREAM.SNAPSHOT.…', NOBODY],
  ['STREAM.RESTORE.…', NOBODY],
  ['STREAM.PEER.REMOVE.…', NOBODY],
  ['STREAM.LEADER.STEPDOWN.…', NOBODY],
  ['STREAM.INFO.…', onEvery('provision node projector evaluator notifier us eu')],
  ['STREAM.MSG.GET.…', { ...READERS, KV_IDEMPOTENCY: 'node us eu' }],
  ['DIRECT.GET.…', { ...READERS, ACTIVITY: 'projector evaluator notifier us eu' }],
  ['DIRECT.GET.….some.subject', NOBODY],
  ['CONSUMER.CREATE.….follow-1', FOLLOWERS],
  ['CONSUMER.CREATE.….queue.some.filter', WORKERS],
  ['CONSUMER.CREATE.…', NOBODY],
  ['CONSUMER.DURABLE.CREATE.….queue', NOBODY],
  ['CONSUMER.DELETE.….follow-1', FOLLOWERS],
  ['CONSUMER.INFO.….follow-1', { ...FOLLOWERS, NOTICES: 'notifier' }],
  ['CONSUMER.MSG.NEXT.….queue', WORKERS],
  ['CONSUMER.NAMES.…', NOBODY],
  ['CONSUMER.LIST.…', NOBODY],
  ['CONSUMER.PAUSE.….follow-1', NOBODY],
  ['CONSUMER.LEADER.STEPDOWN.….follow-1', NOBODY],
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
  ['live.breach', 'live.breach', 'node'],
  ['live.gone', 'live.gone', 'node'],
  ['live.backtest', 'live.backtest', 'evaluator'],
  ['live.notifier', 'live.notifier', 'notifier'],
  ['live.>', 'live.order.node-1', ''],
  ['control.>', 'control.acme.production.stop.stop_1', ''],
  ['echo.>', 'echo.node-1', ''],
  ['intent.>', 'intent.acme.production.alpha.i1', ''],
  ['inbox.>', 'inbox.acme.production.alpha.i1', ''],
  ['activity.>', 'activity.us-east.acme.production.alpha', ''],
  ['ledger.>', 'ledger.acme.production.agent.alpha.usd-day', ''],
  ['session.>', 'session.acme.production.s1', ''],
  ['signal.>', 'signal.acme.production.prometheus', ''],
  ['notice.>', 'notice.acme.sub1.n1', ''],
  ['$KV.>', '$KV.IDEMPOTENCY.key', ''],
  ['_INBOX.provision.x', '_INBOX.provision.x', 'provision'],
  ['_INBOX.control-node-1.x', '_INBOX.control-node-1.x', 'node'],
  ['_INBOX.projector.x', '_INBOX.projector.x', 'projector'],
  ['_INBOX.evaluator.x', '_INBOX.evaluator.x', 'evaluator'],
  ['_INBOX.notifier.x', '_INBOX.notifier.x', 'notifier'],
  ['_INBOX.signals.x', '_INBOX.signals.x', 'signals'],
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
  verbs.flatMap(([verb, who]) =>
    STREAMS.map((stream) => [verb.replace('…', stream), who[stream] ?? ''] as const),
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
