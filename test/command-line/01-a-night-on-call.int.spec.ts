import { jest } from '@jest/globals';
import { temporaryDirectory, until } from '#testing';
import { MeshProcess, type ReadyLine } from '../standalone/mesh-process.js';
import { estopIn } from './estop-command.js';

const AGENT = 'agent://acme/production/email-campaign';
const dataDir = temporaryDirectory('command-line');
const estop = estopIn(dataDir);
const mesh = new MeshProcess([
  ...['--json', '--port', '0', '--data-dir', dataDir, '--gateways-per-region', '1'],
]);
let ready: ReadyLine;
let agentKey: string;

const heartbeat = async (): Promise<string> => {
  const url = `${ready.gateways[1]?.url}/v1/mesh/heartbeat`;
  const response = await fetch(url, { method: 'POST', headers: { 'x-api-key': agentKey } });
  return ((await response.json()) as { health_status: string }).health_status;
};

jest.setTimeout(60_000);
beforeAll(async () => {
  ready = await mesh.ready();
});
afterAll(async () => {
  await mesh.signalGroup('SIGTERM');
});

it('1. registers an agent, which is given a key', async () => {
  const { code, out } = await estop('agents', 'add', 'email-campaign', '--tag', 'mail', '--json');
  agentKey = (JSON.parse(out) as { key: { token: string } }).key.token;
  expect([code, await heartbeat()]).toEqual([0, 'healthy']);
});

it('2. shows what a stop would hit, and does nothing', async () => {
  const { code, out } = await estop('halt', 'tag:mail', '--dry-run');
  expect(out).toContain('would hit 1 agent, 1 of them not stopped yet. Nothing was done.');
  expect([code, await heartbeat()]).toEqual([0, 'healthy']);
});

it('3. kills it with one word and one name: 0, every gateway named, no question', async () => {
  const { code, out, err } = await estop('kill', 'email-campaign');
  expect([code, err]).toEqual([0, '']);
  expect(out).toMatch(new RegExp(`^HALTED {2}${AGENT} {2}in \\d+ ms\n`));
  expect(out).toContain('effective  2 of 2 gateways');
  for (const { id } of ready.gateways) expect(out).toMatch(new RegExp(`${id} +acked`));
  expect(await heartbeat()).toBe('killed');
});

it('4. a second kill changes nothing and is 0 too', async () => {
  const { code, out } = await estop('kill', AGENT, '--json');
  expect([code, JSON.parse(out)]).toEqual([
    0,
    expect.objectContaining({ changed: false, confirmed: true }),
  ]);
});

it('5. it is contained: proven, for every gateway', async () => {
  const { code, out } = await estop('kill', AGENT, '--wait', 'contained');
  expect(code).toBe(0);
  expect(out).toContain('contained  yes, proven for every gateway');
});

it('6. a wider stop holds it as well: why names both, and a resume lifts neither', async () => {
  expect((await estop('pause', 'tag:mail', '--reason', 'looking into it')).code).toBe(0);
  const why = await estop('why', 'email-campaign', '--json');
  const { held_by } = JSON.parse(why.out) as { held_by: { mode: string }[] };
  expect(held_by.map(({ mode }) => mode)).toEqual(['halt', 'pause']);
  const { code, err } = await estop('resume', 'email-campaign', '--reason', 'fixed');
  expect(code).toBe(1);
  expect(err).toContain('tag:mail@acme');
  expect(await heartbeat()).toBe('killed');
});

it('7. lifted one after the other, it runs again', async () => {
  expect((await estop('resume', 'tag:mail', '--reason', 'template fixed')).code).toBe(0);
  const { code, out } = await estop('resume', 'email-campaign', '--reason', 'template fixed');
  expect(code).toBe(0);
  expect(out).toContain(`RESUMED  ${AGENT}`);
  expect(await heartbeat()).toBe('healthy');
});

it('8. a namespace is not stopped by a script without --yes', async () => {
  expect((await estop('halt', 'ns:acme/production')).code).toBe(2);
  expect(await heartbeat()).toBe('healthy');
  expect((await estop('drain', 'ns:acme/production', '--yes')).code).toBe(0);
  expect(await heartbeat()).toBe('draining');
  expect((await estop('resume', 'ns:acme/production', '--yes', '--reason', 'done')).code).toBe(0);
});

it('9. watch tells the story again from the beginning', async () => {
  const { code, out } = await estop('watch', '--after', '0', '--count', '14', '--json');
  const types = out
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { type: string }).type);
  expect(code).toBe(0);
  expect(types).toEqual(expect.arrayContaining(['agent.registered', 'stop.ordered']));
});

it('10. so does the audit, with the reasons, and a rebuild changes nothing in it', async () => {
  const listed = await until(
    async () => {
      const { out } = await estop('audit', 'list', '--type', 'StopLifted', '--json');
      const { entries } = JSON.parse(out) as { entries: { reason: string }[] };
      return entries.length === 3 && entries;
    },
    { what: 'three lifts in the audit', timeoutMs: 20_000, everyMs: 200 },
  );
  expect(listed.map(({ reason }) => reason)).toEqual(['done', 'template fixed', 'template fixed']);
  const { code, out } = await estop('audit', 'rebuild');
  expect(code).toBe(0);
  expect(out).toContain('identical: every table has the content it had');
});

it('11. a key of no right is 3, and nothing is stopped', async () => {
  const url = ready.gateways[0]?.url as string;
  for (const key of [agentKey, 'estop_op_0123456789abcdef_00']) {
    const { code, out } = await estop('halt', AGENT, '--url', url, '--key', key);
    expect([code, out]).toEqual([3, '']);
  }
  expect(await heartbeat()).toBe('healthy');
});
