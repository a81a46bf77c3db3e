import { jest } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { isRunning } from '#embedded';
import { until } from '#testing';
import { estopIn } from '../command-line/estop-command.js';
import { MeshProcess } from '../standalone/mesh-process.js';
import { addressOf, call, encoded, StandingMesh, type Reply } from './standing-mesh.js';

const FROZEN = ['gateway us-east-2', 'gateway eu-west-2'];
const AT_ONCE = 20;
/** The end of the missing leases, and a process of the command line. */
const STOPPED_MS = 8000;
const ENDED_MS = 2000;
/** A lease is over 750 ms after the commit; a busy machine may take longer to say so. */
const PATIENTLY = ['--timeout', '5s'];
const mesh = new StandingMesh('missing', 2);
const estop = estopIn(mesh.dataDir);
const waiting: Promise<Reply>[] = [];
let rogueKey: string;
let orderId: string;

const send = (url: string): Promise<Reply> =>
  call(url, 'POST /v1/intents', {
    key: rogueKey,
    body: {
      intent_type: 'mail.batch.v1',
      correlation_id: crypto.randomUUID(),
      to_agent: addressOf('nobody'),
      payload: {},
    },
  });
/** Many at once to each gateway that is to be frozen: over connections that are open, once they were used. */
const hammer = (): Promise<Reply>[] =>
  [1, 3]
    .map((at) => mesh.gateways[at] as string)
    .flatMap((url) => Array.from({ length: AT_ONCE }, () => send(url)));

const names = (process: string): boolean =>
  ['cmdline', 'environ'].some((file) => {
    try {
      return readFileSync(`/proc/${process}/${file}`, 'utf8').includes(mesh.dataDir);
    } catch {
      return false;
    }
  });
/** Processes that name the data directory in their arguments or environment, listed or not. */
const processesHere = (): string[] =>
  readdirSync('/proc').filter((name) => /^\d+$/.test(name) && names(name));

/** Ends it by a signal to its process group, and waits until no process of it is left. */
const ends = async (signal: NodeJS.Signals): Promise<{ code: number | null; tookMs: number }> => {
  const listed = mesh.all();
  expect(listed.map(({ name }) => name)).toEqual(expect.arrayContaining([...FROZEN, 'postgres']));
  const tookMs = await mesh.process.signalGroup(signal);
  await MeshProcess.allGone(listed);
  await until(() => processesHere().length === 0, { what: 'the end of every process' });
  return { code: await mesh.process.exited, tookMs };
};

jest.setTimeout(60_000);
beforeAll(async () => {
  await mesh.start();
  rogueKey = await mesh.agent('rogue');
});
afterAll(() => mesh.end());

it('1. a stop that half of the gateways do not hear is contained soon: the clock proves that they admit nothing', async () => {
  await Promise.all(hammer());
  for (const name of FROZEN) mesh.signal(name, 'SIGSTOP');
  waiting.push(...hammer());
  const sinceMs = performance.now();
  const { code, out } = await estop('kill', 'rogue', '--json', ...PATIENTLY);
  const tookMs = performance.now() - sinceMs;
  const order = JSON.parse(out) as Record<string, unknown>;
  const states = (order.gateways as { gateway: string; state: string }[]).map(
    ({ gateway, state }) => `${gateway} ${state}`,
  );
  expect([code, order.effective, order.state, order.contained]).toEqual([
    0,
    { acked: 2, of: 4 },
    'contained',
    true,
  ]);
  expect(states.sort()).toEqual([
    'eu-west-1 acked',
    'eu-west-2 fenced',
    'us-east-1 acked',
    'us-east-2 fenced',
  ]);
  expect(tookMs).toBeLessThan(STOPPED_MS);
  orderId = order.order_id as string;
});

it('2. gateways that were frozen admit nothing more: not what had waited, not what comes now', async () => {
  waiting.push(...hammer());
  for (const name of FROZEN) mesh.signal(name, 'SIGCONT');
  const answers = await Promise.all([...waiting, ...hammer()]);
  const codes = new Set(answers.map(({ code }) => code));
  codes.delete('gateway_fenced');
  expect([...codes]).toEqual(['agent_killed']);
  await until(
    async () =>
      (await mesh.as('viewer', `GET /v1/mesh/stops/${orderId}`)).body.effective.acked === 4,
    { what: 'receipts of all gateways' },
  );
});

it('3. kill -9 of the supervisor: the next start ends what is left, and keeps everything', async () => {
  const old = mesh.all();
  const { gateways } = mesh.ready;
  process.kill(mesh.process.identity().pid, 'SIGKILL');
  await mesh.process.exited;
  await mesh.startAgain();
  expect(old.filter((one) => isRunning(one))).toEqual([]);
  expect(mesh.ready.gateways).toEqual(gateways);
  // One that is starved for a moment is fenced for a moment.
  const codes = new Set<string | null>();
  await until(async () => {
    const answers = await Promise.all(mesh.gateways.map(send));
    for (const { code } of answers) codes.add(code);
    return answers.every(({ code }) => code === 'agent_killed');
  });
  codes.delete('gateway_fenced');
  expect([...codes]).toEqual(['agent_killed']);
  const why = await mesh.as('viewer', `GET /v1/mesh/agents/${encoded('rogue')}/why`);
  expect(why.body.held_by).toEqual([expect.objectContaining({ order_id: orderId })]);
});

it('4. told to stop while half of it is frozen, it ends in two seconds and leaves nothing', async () => {
  for (const name of FROZEN) mesh.signal(name, 'SIGSTOP');
  const { code, tookMs } = await ends('SIGTERM');
  expect(code).toBe(0);
  expect(tookMs).toBeLessThan(ENDED_MS);
});

it('5. Ctrl+C, which reaches every process at once, ends it in two seconds and leaves nothing', async () => {
  await mesh.startAgain();
  const { code, tookMs } = await ends('SIGINT');
  expect(code).toBe(0);
  expect(tookMs).toBeLessThan(ENDED_MS);
});
