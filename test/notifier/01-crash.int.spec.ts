import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { projectRoot } from '#embedded';
import { until } from '#testing';
import {
  ExampleLog,
  Receiver,
  SECRET,
  SECRETS_KEY,
} from '../../apps/notifier/src/notifier.fixture.js';

/** A notifier dies after its receiver has heard of a stop, and before it has written so. */
const MAIN = join(projectRoot(), 'dist', 'apps', 'notifier', 'src', 'main.js');
const PATH = '/hook';

jest.setTimeout(60_000);
let log: ExampleLog;
let receiver: Receiver;
let child: ChildProcess;
let said = '';

const run = (): ChildProcess => {
  const { url, user, password } = log.login;
  return spawn(process.execPath, [MAIN], {
    env: {
      ...{ PATH: process.env.PATH, ESTOP_NATS_URL: url, ESTOP_DATA_DIR: log.dataDir },
      ...(user !== undefined && { ESTOP_NATS_USER: user }),
      ...(password !== undefined && { ESTOP_NATS_PASSWORD: password }),
      ...{ ESTOP_SECRETS_KEY: SECRETS_KEY, ESTOP_WEBHOOK_ALLOW: '127.0.0.1' },
      ESTOP_DELIVERY_SECONDS: '1',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  }).on('error', (error) => (said += error.message));
};

const ended = (one: ChildProcess): Promise<unknown> =>
  one.exitCode !== null || one.signalCode !== null
    ? Promise.resolve()
    : new Promise((resolve) => one.once('exit', resolve));

beforeAll(async () => {
  receiver = await Receiver.start();
  log = await ExampleLog.start();
});
afterAll(async () => {
  child.kill('SIGKILL');
  await ended(child);
  await log.stop();
  await receiver.stop();
});

it('1. hears of a stop, and the notifier dies before the answer', async () => {
  await log.subscribe({ url: receiver.url(PATH), eventTypes: ['stop.*'] });
  receiver.answers.set(PATH, { status: 0 });
  await log.stopOf('agent://acme/production/payer', 'stop_aaaaaaaaaaaaaaaaaaaa');
  child = run();
  child.stderr?.on('data', (part: Buffer) => (said += part.toString()));
  await until(() => receiver.received.length > 0, {
    timeoutMs: 20_000,
    what: 'the first try',
  }).catch((error: Error) => {
    throw new Error(`${error.message}: ${said}`);
  });
  child.kill('SIGKILL');
  await ended(child);
});

it('2. hears of it again from the next one, under the same id, and is told no more', async () => {
  receiver.answers.set(PATH, { status: 200 });
  child = run();
  await until(() => receiver.received.length > 1, { timeoutMs: 20_000, what: 'the second try' });
  const [one, two] = receiver.received;
  expect(two?.headers['webhook-id']).toBe(one?.headers['webhook-id']);
  new Webhook(SECRET).verify(two?.body ?? '', two?.headers as Record<string, string>);
  const outcomes = async () => {
    const events = await log.notices.read('notice.acme.*.*.log');
    return events.map(({ decoded }) =>
      decoded.known && decoded.event.type === 'DeliveryTried' ? decoded.event.data.outcome : '?',
    );
  };
  await until(async () => (await outcomes()).length > 0);
  expect(await outcomes()).toEqual(['delivered']);
  expect(receiver.received).toHaveLength(2);
});

it('3. ends within a second when it is told to', async () => {
  const since = performance.now();
  child.kill('SIGTERM');
  await ended(child);
  expect(performance.now() - since).toBeLessThan(1500);
  expect(child.exitCode).toBe(0);
});
