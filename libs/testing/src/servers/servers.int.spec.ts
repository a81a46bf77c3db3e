import { connect, type Socket } from 'node:net';
import pg from 'pg';
import { isRunning } from '#embedded';
import { until } from '../until.js';
import { claimDatabase, claimNatsAccount } from './claim.js';
import { spawnNatsServer, spawnPostgres, temporaryDirectory } from './own-servers.js';

const greeting = (url: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket: Socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString());
    });
    socket.once('error', reject);
  });

const query = async (url: string, text: string): Promise<unknown[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(text).finally(() => client.end());
  return rows;
};

it('gives each claim an account of its own on one nats-server', async () => {
  const [first, second] = await Promise.all([claimNatsAccount(), claimNatsAccount()]);
  expect(second.url).toBe(first.url);
  expect(second.user).not.toBe(first.user);
  expect(await greeting(first.url)).toMatch(/^INFO .*"max_payload":4194304/);
});

it('prepares a template once and gives each claim a copy of its own', async () => {
  let prepared = 0;
  const template = {
    name: 'harness',
    prepare: async (url: string) => {
      prepared += 1;
      await query(url, 'create table marks (id int)');
    },
  };
  const [first, second] = await Promise.all([claimDatabase(template), claimDatabase(template)]);
  await query(first.url, 'insert into marks values (1)');
  expect(prepared).toBe(1);
  expect(await query(first.url, 'select id from marks')).toEqual([{ id: 1 }]);
  expect(await query(second.url, 'select id from marks')).toEqual([]);
});

it('brings a crashed Postgres back on the same directory and port with what it had committed', async () => {
  const dir = temporaryDirectory('crash');
  const first = await spawnPostgres({ dir });
  await query(first.url, 'create table kept as select 7 as n');
  await first.crash();
  const second = await spawnPostgres({ dir, port: first.port });
  expect(await query(second.url, 'select n from kept')).toEqual([{ n: 7 }]);
  await second.stop();
  expect(isRunning(second.identity)).toBe(false);
}, 30_000);

it('tells why a nats-server did not start', async () => {
  await expect(spawnNatsServer({ config: 'no such setting' })).rejects.toThrow(
    /nats-server did not start/,
  );
});

it('waits for a condition and names it when it never holds', async () => {
  let asked = 0;
  expect(await until(() => ++asked > 2 && asked)).toBe(3);
  await expect(until(() => false, { timeoutMs: 20, what: 'pigs to fly' })).rejects.toThrow(
    'pigs to fly',
  );
});
