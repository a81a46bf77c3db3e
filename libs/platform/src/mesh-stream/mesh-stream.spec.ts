import { jest } from '@jest/globals';
import { fastify, type FastifyInstance } from 'fastify';
import {
  controlEvents,
  eventCodec,
  type ControlEvent,
  type ControlFact,
  type KeyId,
  type OrgName,
  type Principal,
  type WorkspaceName,
} from '#contracts';
import { InMemoryEventStore } from '#event-store';
import { record } from '../command/record.js';
import { createControlLog, type ControlLog } from '../control-log/control-log.js';
import { followStore } from '../control-log/control-source.js';
import { systemIds } from '../identity/ids.js';
import { createLogger } from '../log/logger.js';
import { createMeshStream, type MeshStream } from './mesh-stream.js';
import { gatewayJoined } from '#testing';

const KEY = 'k'.repeat(16) as KeyId;
const clock = { nowMs: () => 0 };
const principal: Principal = {
  kind: 'op',
  keyId: KEY,
  name: 'Ada',
  org: 'acme' as OrgName,
  workspace: 'production' as WorkspaceName,
  workspaceOnly: false,
  meshWide: false,
  roles: ['viewer'],
  permissions: new Set(['mesh:read']),
};
const joined = (name: string): ControlFact => gatewayJoined(name);
const issued: ControlFact = {
  type: 'KeyIssued',
  data: {
    keyId: KEY,
    holder: { kind: 'op', name: 'Ada', roles: ['viewer'], meshWide: false },
    org: principal.org,
    workspace: principal.workspace,
    workspaceOnly: false,
    secretSha256: 'f'.repeat(64),
    hint: 'ffff',
    expiresAt: null,
    createdByNote: null,
  },
};

let store: InMemoryEventStore<ControlEvent>;
let controlLog: ControlLog;
let stream: MeshStream;
let server: FastifyInstance;

const add = async (fact: ControlFact, org: string | null = null): Promise<number> => {
  const actor = { kind: 'system', id: 'spec', via: 'spec' } as const;
  const about = { actor, org, workspace: null, correlationId: 'spec' };
  const event: ControlEvent = record(fact, about, clock, systemIds);
  const { sequence } = await store.append({ subject: `control.x.${event.id}`, event });
  await controlLog.until(sequence, 5000);
  return sequence;
};
/** What streams have been sent so far. */
let written = '';
const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
};
/** Opens a stream; the text is there once the server ends it. */
const open = async (headers: Record<string, string> = {}): Promise<{ text: Promise<string> }> => {
  const before = written.length;
  const text = server.inject({ url: '/', headers }).then(({ body }) => body);
  await until(() => written.length > before);
  return { text };
};
const idsIn = (text: string): string[] =>
  [...text.matchAll(/^id: (.*)$/gm)].map((match) => String(match[1]));

beforeEach(async () => {
  written = '';
  store = new InMemoryEventStore<ControlEvent>({ codec: eventCodec(controlEvents) });
  const log = createLogger({ service: 'spec', level: 'silent' });
  controlLog = createControlLog({ source: followStore(store), log });
  await controlLog.start();
  stream = createMeshStream({ store, controlLog, clock, streamsMax: 1, recentMax: 8 });
  server = fastify();
  server.get('/', (request, reply) => {
    const write = reply.raw.write.bind(reply.raw) as (text: string) => boolean;
    reply.raw.write = (text: string) => {
      written += text;
      return write(text);
    };
    const lastEventId = request.headers['last-event-id'] as string | undefined;
    stream.open({ principal, reply, lastEventId });
  });
  await server.ready();
  await add(issued, 'acme');
});
afterEach(async () => {
  stream.close();
  await server.close();
  await controlLog.stop();
});

describe('the mesh stream', () => {
  it('shows what is applied from now on, with the log sequence as id', async () => {
    await add(joined('g1'));
    const { text } = await open();
    const sequence = await add(joined('g2'));
    stream.close();
    expect(idsIn(await text)).toEqual([String(sequence)]);
    expect(await text).toContain('event: gateway.joined\n');
  });

  it('goes on behind Last-Event-ID, and then stays with the log', async () => {
    const first = await add(joined('g1'));
    const second = await add(joined('g2'));
    const { text } = await open({ 'last-event-id': String(first) });
    const third = await add(joined('g3'));
    await until(() => written.includes(`id: ${third}\n`));
    stream.close();
    expect(idsIn(await text)).toEqual([String(second), String(third)]);
  });

  it('goes on behind a place that memory no longer holds, in pages and without a consumer of its own', async () => {
    const follow = jest.spyOn(store, 'follow');
    const readPage = jest.spyOn(store, 'readPage');
    const first = await add(joined('g1'));
    for (let count = 2; count <= 40; count += 1) await add(joined(`g${count}`));
    const { text } = await open({ 'last-event-id': String(first) });
    await until(() => written.includes(`id: ${first + 39}\n`));
    const next = await add(joined('g41'));
    await until(() => written.includes(`id: ${next}\n`));
    stream.close();
    const all = Array.from({ length: 40 }, (_, at) => String(first + 1 + at));
    expect(idsIn(await text)).toEqual(all);
    expect(readPage).toHaveBeenCalledTimes(1);
    expect(follow).not.toHaveBeenCalled();
  });

  it('leaves out of these pages what was refused here', async () => {
    const first = await add(joined('g1'));
    for (let count = 2; count <= 40; count += 1) await add(joined(`g${count}`));
    controlLog.feed.refused(first + 1);
    const { text } = await open({ 'last-event-id': String(first) });
    await until(() => written.includes(`id: ${first + 39}\n`));
    stream.close();
    expect(idsIn(await text)[0]).toBe(String(first + 2));
  });

  it('reads nothing where memory holds what was missed', async () => {
    const readPage = jest.spyOn(store, 'readPage');
    const first = await add(joined('g1'));
    const second = await add(joined('g2'));
    const { text } = await open({ 'last-event-id': String(first) });
    await until(() => written.includes(`id: ${second}\n`));
    stream.close();
    expect(idsIn(await text)).toEqual([String(second)]);
    expect(readPage).not.toHaveBeenCalled();
  });

  it('ends where the log cannot be read, and the client comes back', async () => {
    for (let count = 1; count <= 40; count += 1) await add(joined(`g${count}`));
    store.setAvailable(false);
    const { text } = await open({ 'last-event-id': '1' });
    expect(idsIn(await text)).toEqual([]);
  });

  it('hides what belongs to others', async () => {
    const globex = {
      org: 'globex' as OrgName,
      name: 'Globex',
      legalName: null,
      primaryDomain: null,
      metadata: {},
    };
    await add({ type: 'OrganizationCreated', data: globex }, 'globex');
    const last = await add(joined('g1'));
    const { text } = await open({ 'last-event-id': '0' });
    await until(() => written.includes(`id: ${last}\n`));
    stream.close();
    expect(idsIn(await text)).toEqual(['1', String(last)]);
  });

  it('ends when its key is revoked', async () => {
    const { text } = await open();
    await add({ type: 'KeyRevoked', data: { keyId: KEY, reason: null } }, 'acme');
    expect(await text).toContain(': open');
  });

  it('refuses more streams than it has room for', async () => {
    const { text } = await open();
    expect((await server.inject('/')).json()).toMatchObject({ code: 'too_many_streams' });
    stream.close();
    await text;
  });

  it('refuses a Last-Event-ID that is no sequence', async () => {
    const answer = await server.inject({ url: '/', headers: { 'last-event-id': '1 OR 1' } });
    expect(answer.json()).toMatchObject({ code: 'invalid_field' });
  });
});
