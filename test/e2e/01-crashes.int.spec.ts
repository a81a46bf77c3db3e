import { jest } from '@jest/globals';
import { until } from '#testing';
import { auditFaults, dishonest, lostOf } from './ledger.js';
import { addressOf, call, encoded, StandingMesh, type Reply } from './standing-mesh.js';
import { Traffic } from './traffic.js';

const HEALED_MS = 10_000;
const ANSWERED_MS = 7000;
const mesh = new StandingMesh('crashes');
const traffic = new Traffic(mesh);
let condemned: string;

const bootOf = async (gateway: string): Promise<number> => {
  const { body } = await mesh.admin('GET /v1/mesh/gateways');
  const members = body.gateways as { gateway: string; boot: number }[];
  return members.find((member) => member.gateway === gateway)?.boot ?? 0;
};

const send = (url: string, key: string): Promise<Reply> =>
  call(url, 'POST /v1/intents', {
    key,
    body: {
      intent_type: 'mail.batch.v1',
      correlation_id: crypto.randomUUID(),
      to_agent: addressOf('nobody'),
      payload: {},
    },
  });

jest.setTimeout(60_000);
beforeAll(async () => {
  await mesh.start();
  await traffic.start();
  await traffic.goesOn();
  condemned = await mesh.agent('condemned');
});
afterAll(async () => {
  await traffic.stop();
  await mesh.end();
});

it('1. a gateway that is killed comes back with a higher boot, and enforces from its first answer', async () => {
  const boot = await bootOf('us-east-1');
  const stopped = await mesh.as('operator', `POST /v1/mesh/agents/${encoded('condemned')}/kill`);
  expect(stopped.body.order.state).toBe('contained');
  const answers: Reply[] = [];
  let healed = false;
  const hammer = async () => {
    while (!healed) answers.push(await send(mesh.gateways[0] as string, condemned));
  };
  const hammering = Promise.all([hammer(), hammer()]);
  const tookMs = await mesh.crash('gateway us-east-1').finally(() => (healed = true));
  await hammering;
  expect(tookMs).toBeLessThan(HEALED_MS);
  expect(answers.at(-1)?.code).toBe('agent_killed');
  expect(new Set(answers.map(({ status }) => status).filter((status) => status !== 0))).toEqual(
    new Set(answers.some(({ status }) => status === 503) ? [403, 503] : [403]),
  );
  expect(await bootOf('us-east-1')).toBe(boot + 1);
  await traffic.goesOn();
  expect(dishonest(traffic.lines, ANSWERED_MS)).toEqual([]);
});

it('2. agents notice nothing when a command API is killed, and operators are served again at once', async () => {
  const mark = traffic.lines.length;
  expect(await mesh.crash('command-api node-1')).toBeLessThan(HEALED_MS);
  await traffic.goesOn();
  const agents = traffic.since(mark).filter(({ route }) => !/kill|lift/.test(route));
  expect(new Set(agents.map(({ status }) => status))).toEqual(new Set([200]));
  expect(dishonest(traffic.since(mark), ANSWERED_MS)).toEqual([]);
});

it('3. a stop whose node died with it is repeated with its key: the same order, in seconds', async () => {
  const agent = `/v1/mesh/agents/${encoded('half-stopped')}`;
  const order = () =>
    call(mesh.gateways[0] as string, `POST ${agent}/kill`, {
      key: mesh.key('operator'),
      body: { reason: 'in the middle', timeout_ms: 3000 },
      headers: { 'idempotency-key': 'in-the-middle' },
    });
  // One gateway cannot answer, so the command API waits, and is killed meanwhile, whichever it is.
  const repeated = await mesh.frozen('gateway eu-west-1', async () => {
    const first = order();
    await until(
      async () =>
        (await mesh.as('viewer', `GET ${agent}/why`)).body?.held_by?.length === 1 || undefined,
      { what: 'the order to be in the log' },
    );
    const answering = [mesh.gateways[0] as string, ...mesh.ready.command_apis];
    await Promise.all(mesh.nodes.map((node) => mesh.crash(node, answering)));
    return until(async () => {
      const reply = await order();
      return reply.status < 300 && reply.status > 0 && { reply, first: await first };
    });
  });
  expect(repeated.first.code).toBe('command_api_unavailable');
  expect(repeated.first.tookMs).toBeLessThan(9000);
  const why = await mesh.as('viewer', `GET ${agent}/why`);
  expect(why.body.held_by.map((held: { order_id: string }) => held.order_id)).toEqual([
    repeated.reply.body.order.order_id,
  ]);
  await traffic.goesOn();
});

it.each(['audit-projector', 'nats-server', 'postgres'])(
  '4. everything goes on after %s was killed',
  async (name) => {
    const mark = traffic.lines.length;
    expect(await mesh.crash(name)).toBeLessThan(HEALED_MS);
    await traffic.goesOn();
    expect(dishonest(traffic.since(mark), ANSWERED_MS)).toEqual([]);
  },
);

it('5. everything is killed at once, as by a power cut: the next start goes on', async () => {
  await mesh.powerCut();
  await mesh.startAgain();
  await traffic.goesOn();
});

it('6. whatever was acknowledged is there, and no answer was dishonest', async () => {
  await traffic.stop();
  expect(traffic.sent.size).toBeGreaterThan(50);
  expect(await lostOf(mesh, traffic)).toEqual([]);
  // Those who asked the frozen gateway in step 3 had to wait for it.
  expect(dishonest(traffic.lines, Infinity)).toEqual([]);
});

it('7. the audit tells all of it once, and a rebuild tells the same', async () => {
  expect(await auditFaults(mesh, traffic)).toEqual([]);
  const { body } = await mesh.admin('POST /v1/audit/rebuild', {});
  expect(body).toMatchObject({ identical: true });
});
