import { jest } from '@jest/globals';
import { live, streams } from '#contracts';
import type { RunningServer } from '#embedded';
import {
  connectNats,
  EVALUATOR_USER,
  gatewayUser,
  hubAccounts,
  IDEMPOTENCY_BUCKET,
  JETSTREAM_DOMAIN,
  meshUsers,
  missingStreams,
  nodeUser,
  NOTIFIER_USER,
  PROJECTOR_USER,
  PROVISION_USER,
  provisionStreams,
  SIGNALS_USER,
  type Nats,
} from '#event-store-jetstream';
import { spawnNatsServer, until } from '#testing';
import { counted, countedCodec } from '../../libs/event-store/src/example-events.js';

/** What each service does all day passes through its permissions, and through its account where it has one of its own. */
const US = { id: 'us-east-1', region: 'us-east' };
const EU = { id: 'eu-west-1', region: 'eu-west' };
const CONTROL = streams.control.name;
const INTENTS = streams.intents.name;
const ACTIVITY = streams.activity.name;
const LEDGER = streams.ledger.name;
const SESSIONS = streams.sessions.name;
const SIGNALS = streams.signals.name;
const NOTICES = streams.notices.name;

let server: RunningServer;
let provision: Nats;
let node: Nats;
let projector: Nats;
let evaluator: Nats;
let notifier: Nats;
let monitoring: Nats;
let us: Nats;
let eu: Nats;

const login = (user: string, domain?: string): Promise<Nats> =>
  connectNats({
    servers: server.url,
    name: user,
    user,
    password: user,
    ...(domain === undefined ? {} : { jetStreamDomain: domain }),
  });

jest.setTimeout(30_000);
beforeAll(async () => {
  const users = meshUsers({ nodes: ['node-1'], gateways: [US, EU] });
  server = await spawnNatsServer({ config: hubAccounts(users, (user) => JSON.stringify(user)) });
  [provision, node, projector, evaluator, notifier, monitoring, us, eu] = (await Promise.all([
    login(PROVISION_USER),
    login(nodeUser('node-1')),
    login(PROJECTOR_USER, JETSTREAM_DOMAIN),
    login(EVALUATOR_USER, JETSTREAM_DOMAIN),
    login(NOTIFIER_USER, JETSTREAM_DOMAIN),
    login(SIGNALS_USER),
    login(gatewayUser(US.id), JETSTREAM_DOMAIN),
    login(gatewayUser(EU.id), JETSTREAM_DOMAIN),
  ])) as [Nats, Nats, Nats, Nats, Nats, Nats, Nats, Nats];
  await provisionStreams(provision, { replicas: 1 });
});
afterAll(async () => {
  const all = [provision, node, projector, evaluator, notifier, monitoring, us, eu];
  await Promise.all(all.map((nats) => nats?.close()));
  await server.stop();
});

it('lets provisioning make the streams twice, and everybody see that they are there', async () => {
  await provisionStreams(provision, { replicas: 1 });
  for (const nats of [node, projector, evaluator, notifier, us, eu])
    expect(await missingStreams(nats)).toEqual([]);
});

/** More than fits between two answers to the server's flow control. */
const PAYLOAD = 'x'.repeat(20_000);
const MANY = 1500;

it('lets a gateway and the projector follow the control log, however much it holds', async () => {
  const store = node.eventStore(CONTROL, countedCodec);
  const numbers = Array.from({ length: MANY }, (_, n) => n);
  for (let from = 0; from < MANY; from += 50) {
    await Promise.all(
      numbers.slice(from, from + 50).map((n) =>
        store.append({
          subject: `control.acme.production.agent.a${n}`,
          event: counted(n, { salt: 7, text: PAYLOAD }),
        }),
      ),
    );
  }
  for (const nats of [us, projector]) {
    let seen = 0;
    const following = nats.eventStore(CONTROL, countedCodec).follow({
      onEvents: (events) => void (seen += events.length),
    });
    await following.caughtUp;
    await following.stop();
    expect(seen).toBe(MANY);
  }
  expect(await us.eventStore(CONTROL, countedCodec).read('control.acme.>')).toHaveLength(MANY);
});

it('lets a gateway join, and a node see it by its raw log, with its own echo', async () => {
  const subject = `control.mesh.gateway.${US.id}`;
  const expectNew = { lastSequence: 0 };
  await us.eventStore(CONTROL, countedCodec).append({
    subject,
    event: counted(1, { salt: 1 }),
    expect: expectNew,
  });
  const seen: string[] = [];
  const from = await node.eventStore(CONTROL, countedCodec).lastSequence();
  const following = node.rawLog(CONTROL).follow({
    filters: ['control.>', 'echo.>'],
    from: () => from,
    onSubscribed: () => undefined,
    onDelivery: (delivery) => void seen.push(delivery.subject),
  });
  await node.rawLog(CONTROL).append({
    subject: 'echo.node-1-abcdefgh',
    text: 'echo',
    messageId: null,
    expectLastSubjectSequence: null,
    ttlSeconds: 5,
  });
  await until(() => seen.includes('echo.node-1-abcdefgh'));
  await following.stop();
  expect(seen).toContain(subject);
});

it('lets gateways work on intents together', async () => {
  const store = us.eventStore(INTENTS, countedCodec);
  const to = 'intent.acme.production.alpha';
  await store.appendAll([
    { subject: `${to}.i1`, event: counted(1, { salt: 2 }) },
    { subject: 'deadline.acme.production.alpha.i1', event: counted(2, { salt: 2 }) },
  ]);
  const work = { name: 'acme~production~alpha', filter: `${to}.*` };
  const queue = await us.workQueues(INTENTS, countedCodec).open(work);
  const [item] = await queue.take(1, 5_000);
  await eu.workQueues(INTENTS, countedCodec).settle(item?.token ?? '', 'done');
  expect(await queue.backlog()).toEqual({ waiting: 0, inHand: 0 });
  expect(await store.first(`${to}.i1`)).not.toBeNull();
  await eu.eventStore(INTENTS, countedCodec).forget(`${to}.i1`);
  expect(await store.first(`${to}.i1`)).toBeNull();
});

it('lets a gateway and a node remember their answers', async () => {
  for (const nats of [us, node]) {
    const kv = nats.keyValue(IDEMPOTENCY_BUCKET);
    const key = nats === us ? 'us' : 'node';
    const made = await kv.create(key, 'begun');
    await kv.update(key, 'done', made?.revision ?? 0);
    expect(await kv.get(key)).toMatchObject({ value: 'done' });
  }
});

it('lets a gateway count, and the projector read it and add what it knows', async () => {
  await us.eventStore(ACTIVITY, countedCodec).append({
    subject: 'activity.us-east.acme.production.alpha',
    event: counted(1, { salt: 3 }),
  });
  const log = projector.eventStore(ACTIVITY, countedCodec);
  await log.append({
    subject: 'activity.hub.acme.production.alpha',
    event: counted(2, { salt: 3 }),
  });
  const seen: string[] = [];
  const following = log.follow({
    onEvents: (events) =>
      void seen.push(...events.map(({ subject }) => subject.split('.')[1] ?? '')),
  });
  await until(() => seen.length === 2);
  await following.stop();
  expect(seen).toEqual(['us-east', 'hub']);
});

it('lets monitoring say what it sees, and the evaluator and a node read it', async () => {
  const subject = 'signal.acme.production.prometheus';
  const heard: string[] = [];
  const following = evaluator.eventStore(SIGNALS, countedCodec).follow({
    onEvents: (events) => void heard.push(...events.map((stored) => stored.subject)),
  });
  await following.caughtUp;
  monitoring.messaging().publish(subject, '{}');
  await node.eventStore(SIGNALS, countedCodec).append({ subject, event: counted(1, { salt: 4 }) });
  await until(() => heard.length === 2);
  await following.stop();
});

it('lets gateways keep accounts and sessions, and those who need them read both', async () => {
  const ledger = 'ledger.acme.production.agent.alpha.usd-day';
  const session = 'session.acme.production.s1';
  await us
    .eventStore(LEDGER, countedCodec)
    .append({ subject: ledger, event: counted(1, { salt: 5 }) });
  await eu
    .eventStore(SESSIONS, countedCodec)
    .append({ subject: session, event: counted(2, { salt: 5 }) });
  for (const nats of [eu, node, notifier])
    expect(await nats.eventStore(LEDGER, countedCodec).first(ledger)).not.toBeNull();
  for (const nats of [us, node, evaluator])
    expect(await nats.eventStore(SESSIONS, countedCodec).last(session)).not.toBeNull();
});

it('lets the notifier keep a queue of notices, and a node read what came of them', async () => {
  const subject = 'notice.acme.sub1.n1';
  const store = notifier.eventStore(NOTICES, countedCodec);
  await store.append({ subject, event: counted(1, { salt: 6 }), expect: { lastSequence: 0 } });
  const queues = notifier.workQueues(NOTICES, countedCodec);
  const queue = await queues.open({ name: 'notifier', filter: 'notice.*.*.*' });
  const [item] = await queue.take(1, 5_000);
  await store.append({ subject: `${subject}.log`, event: counted(2, { salt: 6 }) });
  await queues.settle(item?.token ?? '', 'done');
  expect(await queue.backlog()).toEqual({ waiting: 0, inHand: 0 });
  expect(await node.eventStore(NOTICES, countedCodec).read('notice.acme.sub1.>')).toHaveLength(2);
});

it('carries breaches and gone receivers to nodes, and their questions to evaluator and notifier', async () => {
  const answer = (nats: Nats, subject: string) =>
    nats
      .messaging()
      .subscribe(subject, (ask) => ask.respond(`${ask.text()} heard`), { queue: 'q' });
  const serving = [
    ...[answer(node, live.breach), answer(node, live.gone)],
    ...[answer(evaluator, live.backtest), answer(notifier, live.notifier)],
  ];
  await Promise.all([node, evaluator, notifier].map((nats) => nats.messaging().flush()));
  const ask = async (nats: Nats, subject: string) =>
    text(await nats.messaging().request(subject, subject, 2_000));
  expect(await ask(evaluator, live.breach)).toBe('live.breach heard');
  expect(await ask(notifier, live.gone)).toBe('live.gone heard');
  expect(await ask(node, live.backtest)).toBe('live.backtest heard');
  expect(await ask(node, live.notifier)).toBe('live.notifier heard');
  for (const one of serving) one.stop();
});

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

it('carries questions to whoever serves them, and the answers back', async () => {
  const serving = [
    node.messaging().subscribe(live.command, (ask) => ask.respond(`${ask.text()} done`), {
      queue: 'command-api',
    }),
    projector.messaging().subscribe(live.projector, (ask) => ask.respond(`${ask.text()} read`)),
  ];
  await Promise.all([node.messaging().flush(), projector.messaging().flush()]);
  expect(text(await us.messaging().request(live.command, 'kill', 2_000))).toBe('kill done');
  expect(text(await node.messaging().request(live.projector, 'audit', 2_000))).toBe('audit read');
  for (const one of serving) one.stop();
});

it('carries orders to gateways and nodes, and their words back', async () => {
  const heard: string[] = [];
  const hear = (nats: Nats, name: string, subject: string) =>
    nats.messaging().subscribe(subject, (said) => void heard.push(`${name} ${said.subject}`));
  hear(us, 'us', live.orderFilter);
  hear(eu, 'eu', live.orderFilter);
  hear(node, 'node', live.orderFilter);
  hear(us, 'us', live.answer(US.id));
  hear(eu, 'eu', live.answered(EU.id));
  for (const filter of [live.renewalFilter, live.receiptFilter, live.positionFilter]) {
    hear(node, 'node', filter);
  }
  await Promise.all([us, eu, node].map((nats) => nats.messaging().flush()));
  node.messaging().publish(live.order('node-1'), 'order');
  node.messaging().publish(live.answer(US.id), 'answer');
  us.messaging().publish(live.renewal(US.id), 'renew');
  us.messaging().publish(live.receipt(US.id), 'receipt');
  us.messaging().publish(live.position(US.region, US.id), 'position');
  us.messaging().publish(live.answered(EU.id), 'answered');
  await until(() => heard.length === 8);
  expect(heard.sort()).toEqual([
    'eu live.answered.eu-west-1',
    'eu live.order.node-1',
    'node live.order.node-1',
    'node live.position.us-east.us-east-1',
    'node live.receipt.us-east-1',
    'node live.renewal.us-east-1',
    'us live.answer.us-east-1',
    'us live.order.node-1',
  ]);
});
