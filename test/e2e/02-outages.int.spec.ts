import { jest } from '@jest/globals';
import { until } from '#testing';
import { auditFaults, dishonest, lostOf } from './ledger.js';
import { encoded, StandingMesh, type Reply } from './standing-mesh.js';
import { Traffic } from './traffic.js';

const LOG_AWAY_MS = 4000;
const DATABASE_AWAY_MS = 10_000;
const HEALED_MS = 10_000;
/** A frozen server is noticed by its missing pongs. */
const ANSWERED_MS = 7000;
const LISTED_MS = 2500;
const mesh = new StandingMesh('outages');
const traffic = new Traffic(mesh);

const pass = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const refusals = (mark: number): string[] =>
  traffic.since(mark).flatMap(({ status, code }) => (status === 200 ? [] : [code ?? `${status}`]));

jest.setTimeout(90_000);
beforeAll(async () => {
  await mesh.start();
  await traffic.start();
  await traffic.goesOn();
});
afterAll(async () => {
  await traffic.stop();
  await mesh.end();
});

it.each([
  ['away', 'away'],
  ['frozen', 'frozen'],
] as const)(
  '1. while nats-server is %s, requests are refused as 503 in seconds; then all heals by itself',
  async (_, how) => {
    const mark = traffic.lines.length;
    await mesh[how]('nats-server', () => pass(LOG_AWAY_MS));
    const sinceMs = performance.now();
    await mesh.healed();
    await traffic.goesOn();
    expect(performance.now() - sinceMs).toBeLessThan(HEALED_MS);
    expect(dishonest(traffic.since(mark), ANSWERED_MS)).toEqual([]);
    expect(refusals(mark)).toContain('gateway_fenced');
  },
);

const listed = (): Promise<Reply> => mesh.as('viewer', 'GET /v1/mesh/agents');
const audited = (): Promise<Reply> => mesh.as('viewer', 'GET /v1/audit');

/** Stops, lifts, work and lists, over and over, for as long as Postgres is away. */
const withoutPostgres = async (): Promise<void> => {
  const endMs = performance.now() + DATABASE_AWAY_MS;
  await until(async () => (await listed()).body?.stale === true, { what: 'a list from the fold' });
  while (performance.now() < endMs) {
    const [list, audit, agent] = await Promise.all([
      listed(),
      audited(),
      mesh.as('viewer', `GET /v1/mesh/agents/${encoded('rogue')}`),
    ]);
    expect([list.status, list.body.stale, list.body.agents.length]).toEqual([200, true, 3]);
    expect([agent.status, audit.code]).toEqual([200, 'read_model_unavailable']);
    expect(Math.max(list.tookMs, agent.tookMs)).toBeLessThan(LISTED_MS);
    expect(audit.tookMs).toBeLessThan(ANSWERED_MS);
    await traffic.goesOn();
  }
};

it.each([
  ['away', 'away'],
  ['frozen', 'frozen'],
] as const)('2. while Postgres is %s, stops, lifts and work go on', async (_, how) => {
  const mark = traffic.lines.length;
  await mesh[how]('postgres', withoutPostgres);
  expect(refusals(mark)).toEqual([]);
  await until(async () => (await audited()).status === 200, { timeoutMs: HEALED_MS });
  await until(async () => (await listed()).body.stale !== true, { timeoutMs: HEALED_MS });
});

it('3. nothing that was acknowledged is lost', async () => {
  await traffic.stop();
  expect(await lostOf(mesh, traffic)).toEqual([]);
});

it('4. the audit has no gap and nothing twice, and a rebuild tells the same', async () => {
  expect(await auditFaults(mesh, traffic)).toEqual([]);
  const { body } = await mesh.admin('POST /v1/audit/rebuild', {});
  expect(body).toMatchObject({ identical: true });
});
