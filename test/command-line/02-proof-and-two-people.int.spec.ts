import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { temporaryDirectory, until } from '#testing';
import { MeshProcess, type ReadyLine } from '../standalone/mesh-process.js';
import { estopIn } from './estop-command.js';

const AGENT = 'agent://acme/production/email-campaign';
const NAMESPACE = 'ns:acme/production';
const dataDir = temporaryDirectory('proof');
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
const json = async <T>(...args: readonly string[]): Promise<T> =>
  JSON.parse((await estop(...args, '--json')).out) as T;
interface Entry {
  readonly type: string;
  readonly actor: { readonly name: string | null };
}
interface Proofs {
  readonly challenge: { readonly gateways: { readonly key_id: string }[] };
}
const keysInUse = async (): Promise<readonly string[]> =>
  (await json<Proofs>('doctor', '--challenge')).challenge.gateways.map(({ key_id: id }) => id);

jest.setTimeout(120_000);
beforeAll(async () => {
  ready = await mesh.ready();
  const { key } = await json<{ key: { token: string } }>('agents', 'add', 'email-campaign');
  agentKey = key.token;
});
afterAll(async () => {
  await mesh.signalGroup('SIGTERM');
});

it('1. the doctor finds it well once every region was tried out', async () => {
  const well = await until(
    async () => {
      const { code, out } = await estop('doctor');
      return code === 0 && out;
    },
    { what: 'a mesh that is well', timeoutMs: 100_000, everyMs: 500 },
  );
  expect(well).toContain('WELL  a stop could be proven now');
  for (const { id } of ready.gateways) expect(well).toMatch(new RegExp(`${id} +serving`));
});

it('2. every gateway signs a nonce of ours, and the signatures are good', async () => {
  // Any control node answers, and the other one may have been told of the last canary a moment later.
  const out = await until(
    async () => {
      const answer = await estop('doctor', '--challenge', 'incident-4711');
      return answer.code === 0 && answer.out;
    },
    { what: 'every gateway to prove that it can halt', timeoutMs: 60_000, everyMs: 500 },
  );
  expect(out).toContain('2 of 2 gateways proved over nonce incident-4711 that they can halt');
  expect(out).toContain('2 signatures checked here and found good');
});

it('3. a drill takes the real path, names each region, and no agent notices', async () => {
  expect(await heartbeat()).toBe('healthy');
  const { code, out } = await estop('drill', NAMESPACE);
  expect(code).toBe(0);
  expect(out).toContain(`DRILL PASSED  ${NAMESPACE}`);
  for (const { id, region } of ready.gateways) {
    expect(out).toMatch(new RegExp(`${region} +1/1 +\\d+ ms`));
    expect(out).toMatch(new RegExp(`${region} +${id} +acked`));
  }
  expect(await heartbeat()).toBe('healthy');
});

it('4. new signing keys leave no gap: the next stop is contained', async () => {
  const before = await keysInUse();
  const { code, out } = await estop('keys', 'rotate');
  expect(code).toBe(0);
  for (const { id } of ready.gateways) expect(out).toContain(id);
  const stopped = await estop('halt', AGENT, '--wait', 'contained');
  expect([stopped.code, await heartbeat()]).toEqual([0, 'killed']);
  // The new key is in the log; each gateway signs with it as soon as it has read that.
  await until(async () => (await keysInUse()).every((id) => !before.includes(id)), {
    what: 'proofs by new keys alone',
    timeoutMs: 20_000,
    everyMs: 100,
  });
  expect((await estop('resume', AGENT, '--reason', 'keys changed')).code).toBe(0);
});

it('5. where the org asks for two people, one of them lifts nothing', async () => {
  expect((await estop('org', 'set', '--two-person-lift', 'on')).code).toBe(0);
  expect((await estop('halt', NAMESPACE, '--yes')).code).toBe(0);
  const resume = ['resume', NAMESPACE, '--yes', '--reason', 'template fixed'];
  const first = await estop(...resume);
  expect(first.code).toBe(4);
  expect(first.out).toContain('NEEDS A SECOND PERSON');
  expect((await estop(...resume)).out).toContain('was asked before by');
  expect(await heartbeat()).toBe('killed');
});

it('6. the second person types what was shown, and it runs again', async () => {
  const { key } = await json<{ key: { token: string } }>(
    'keys',
    'create',
    'bob',
    '--role',
    'operator',
  );
  const { orders } = await json<{ orders: { order_id: string }[] }>('orders');
  const id = orders[0]?.order_id as string;
  const url = ready.gateways[0]?.url as string;
  const line = ['resume', id, '--reason', 'looked at it too', '--url', url, '--key', key.token];
  const { code, out } = await estop(...line);
  expect(code).toBe(0);
  expect(out).toContain('RESUMED');
  expect(await heartbeat()).toBe('healthy');
  expect((await estop('org', 'set', '--two-person-lift', 'off')).code).toBe(0);
});

it('7. a namespace may choose to run on while a gateway has no proof, and back', async () => {
  const opened = await estop('ns', 'set', NAMESPACE, '--on-fence', 'allow', '--yes');
  expect([opened.code, opened.out.includes('a stop may come late there')]).toEqual([0, true]);
  expect((await estop('ns', 'set', NAMESPACE, '--on-fence', 'deny')).code).toBe(0);
});

it('8. an operator may drill, and change neither keys nor settings', async () => {
  const file = readFileSync(join(dataDir, 'credentials.json'), 'utf8');
  const { operator_key: operator } = JSON.parse(file) as { operator_key: string };
  const asOperator = ['--url', ready.gateways[0]?.url as string, '--key', operator];
  expect((await estop('drill', AGENT, ...asOperator)).code).toBe(0);
  expect((await estop('keys', 'rotate', ...asOperator)).code).toBe(3);
  const line = ['org', 'set', 'acme', '--two-person-lift', 'off'];
  expect((await estop(...line, ...asOperator)).code).toBe(3);
});

it('9. the audit tells who tried what out, who asked and who confirmed', async () => {
  const told = ['DrillRun', 'StopLiftRequested', 'StopLifted', 'WorkspaceSettingsChanged'];
  const entries = await until(
    async () => {
      const listed = await json<{ entries: Entry[] }>('audit', 'list', '--limit', '500');
      const seen = new Set(listed.entries.map(({ type }) => type));
      return told.every((type) => seen.has(type)) && listed.entries;
    },
    { what: 'the audit of it', timeoutMs: 20_000, everyMs: 200 },
  );
  const by = (type: string) => entries.find((entry) => entry.type === type)?.actor.name;
  expect([by('StopLiftRequested'), by('StopLifted')]).toEqual(['operator', 'bob']);
});
