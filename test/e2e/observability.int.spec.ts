import { jest } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory, until } from '#testing';
import { MeshProcess, type ReadyLine } from '../standalone/mesh-process.js';
import { OtlpCollector, type CollectedSpan } from './otlp-collector.js';
import { scrape, total, type Sample } from './scrape.js';

const dataDir = temporaryDirectory('observability');
const collector = new OtlpCollector();
const AGENT = 'agent://acme/production/mailer';
const RECEIVER = 'agent://acme/production/receiver';
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const STOP_REQUEST = 'the-stop-of-this-story';
const PAYLOAD_SECRET = 'a-card-number-4111-1111';
const BAD_KEY = `estop_op_abcdefgh01234567_${'ab'.repeat(32)}`;
const FOREIGN_TOKEN = 'eyJhbGciOiJIUzI1NiJ9.c2VjcmV0';

let mesh: MeshProcess;
let ready: ReadyLine;
let keys: Record<string, string>;
let agentKey: string;
let addressId: string;
const gateway = (index = 0): string => ready.gateways[index]?.url as string;

const as = async (key: string, route: string, body?: unknown, headers = {}) => {
  const [method, path] = route.split(' ');
  const response = await fetch(gateway() + path, {
    method: method as string,
    headers: { 'x-api-key': key, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- looked into as it is, as a stranger would
  const answer = (await response.json()) as any;
  return { status: response.status, code: answer.error?.code ?? null, body: answer };
};
const admin = (route: string, body?: unknown) => as(keys.admin_key as string, route, body);

jest.setTimeout(90_000);

beforeAll(async () => {
  const ESTOP_OTLP_URL = await collector.start();
  const args = ['--json', '--port', '0', '--data-dir', dataDir, '--gateways-per-region', '2'];
  mesh = new MeshProcess(args, { ESTOP_OTLP_URL, ESTOP_LOG_LEVEL: 'debug' });
  ready = await mesh.ready();
  keys = JSON.parse(readFileSync(ready.credentials, 'utf8')) as Record<string, string>;
  for (const name of ['receiver', 'mailer']) {
    const account = { org_id: 'acme', workspace_id: 'production', name };
    const { body } = await admin('POST /v1/service-accounts', account);
    const { service_account_id: id } = body.service_account;
    agentKey = (await admin(`POST /v1/service-accounts/${id}/keys`, {})).body.key.token;
  }
  const { body } = await admin('GET /v1/mesh/agents?limit=10');
  addressId = body.agents.find((one: { address: string }) => one.address === AGENT).address_id;
});

afterAll(async () => {
  if (mesh?.child.exitCode === null) await mesh.signalGroup('SIGTERM');
  await collector.stop();
});

const intent = (to = RECEIVER) => ({
  intent_type: 'intent.message.v1',
  correlation_id: '018f3c1e-7c1b-7000-8000-000000000001',
  to_agent: to,
  payload: { card: PAYLOAD_SECRET },
});

describe('one trace', () => {
  let spans: readonly CollectedSpan[];
  const named = (service: string, name: RegExp) =>
    spans.filter((span) => span.service === service && name.test(span.name));

  beforeAll(async () => {
    const headers = {
      traceparent: `00-${TRACE}-00f067aa0ba902b7-01`,
      'x-request-id': STOP_REQUEST,
    };
    const stop = { reason: 'the agent sends too much' };
    const path = `POST /v1/mesh/agents/${addressId}/kill`;
    const answer = await as(keys.operator_key as string, path, stop, headers);
    expect(answer.status).toBe(200);
    const complete = (): boolean => {
      spans = collector.of(TRACE);
      const applied = named('gateway', /^apply StopOrdered$/);
      return applied.length >= 4 && named('audit-projector', /^project CONTROL$/).length > 0;
    };
    await until(complete, { timeoutMs: 10_000, what: 'the spans of the stop' });
  });

  it('covers the request at the gateway and the forward over NATS, each the parent of the next', () => {
    const [received] = named('gateway', /^POST forwarded$/);
    const [forwarded] = named('command-api', /^forwarded POST$/);
    const [handled] = named('command-api', /^POST \/v1\/mesh\/agents/);
    expect(received).toMatchObject({
      parentSpanId: '00f067aa0ba902b7',
      gateway: ready.gateways[0]?.id,
      attributes: { 'estop.request': STOP_REQUEST },
    });
    expect(forwarded?.parentSpanId).toBe(received?.spanId);
    expect(handled?.parentSpanId).toBe(received?.spanId);
  });

  it('covers the append, its application at every gateway and its projection', () => {
    const appends = named('command-api', /^append to CONTROL$/).map(({ spanId }) => spanId);
    const applied = named('gateway', /^apply StopOrdered$/);
    expect(applied.map((span) => span.gateway).sort()).toEqual(
      ready.gateways.map(({ id }) => id).sort(),
    );
    for (const span of applied) expect(appends).toContain(span.parentSpanId);
    const [projected] = named('audit-projector', /^project CONTROL$/);
    expect(appends).toContain(projected?.parentSpanId);
    expect(projected?.attributes['estop.sequence']).toBe(applied[0]?.attributes['estop.sequence']);
  });

  it('is the trace that the logs name, with the request', () => {
    const lines = logLines().filter((line) => line.trace_id === TRACE);
    const told = lines.map(({ service, msg }) => `${service}: ${msg}`);
    expect(told).toContain('command-api: operator request');
    expect(told.filter((line) => line === 'gateway: stop in force')).toHaveLength(4);
    expect(lines.find(({ msg }) => msg === 'operator request')?.request_id).toBe(STOP_REQUEST);
  });

  it('is not made of a refusal an error, and says which it was', async () => {
    const headers = { traceparent: `00-${TRACE.replace(/^4/, '5')}-00f067aa0ba902b7-01` };
    expect((await as(agentKey, 'POST /v1/intents', intent(), headers)).code).toBe('agent_killed');
    const refused = await until(
      () => collector.spans.find((span) => span.attributes['estop.problem'] === 'agent_killed'),
      { timeoutMs: 10_000, what: 'the span of the refusal' },
    );
    expect(refused).toMatchObject({ service: 'gateway', name: 'POST /v1/intents' });
  });
});

describe('metrics', () => {
  const everywhere = async (): Promise<Sample[][]> =>
    Promise.all(ready.gateways.map(({ url }) => scrape(url)));

  it('of each gateway tell the stop: when it was in force, and how far the log is applied', async () => {
    const ends = await everywhere();
    for (const samples of ends) {
      const stops = { change: 'stop' };
      // Besides this one there are those of the canaries.
      const count = total(samples, 'estop_control_propagation_seconds_count', stops);
      expect(count).toBeGreaterThan(0);
      const sum = total(samples, 'estop_control_propagation_seconds_sum', stops);
      expect(sum / count).toBeLessThan(1);
      expect(total(samples, 'estop_control_applied_sequence')).toBeGreaterThan(0);
    }
  });

  it('count refusals by reason', async () => {
    const reason = { act: 'intent.send', refused_by: 'agent_killed' };
    const before = total(await scrape(gateway()), 'estop_gate_decisions_total', reason);
    await as(agentKey, 'POST /v1/intents', intent());
    const after = await scrape(gateway());
    expect(total(after, 'estop_gate_decisions_total', reason)).toBe(before + 1);
    expect(total(after, 'estop_http_problems_total', { code: 'agent_killed' })).toBeGreaterThan(0);
  });

  it('of the command APIs that took orders tell how long every gateway took', async () => {
    const all = await Promise.all(ready.command_apis.map(scrape));
    const took = all.filter(
      (samples) => total(samples, 'estop_stop_propagation_seconds_count') > 0,
    );
    expect(took.length).toBeGreaterThan(0);
    for (const samples of took) {
      for (const { id } of ready.gateways) {
        const count = total(samples, 'estop_stop_propagation_seconds_count', { gateway: id });
        expect(count).toBeGreaterThan(0);
      }
      expect(total(samples, 'estop_orders_standing')).toBeGreaterThan(0);
      expect(total(samples, 'estop_gateways_joined')).toBe(4);
    }
  });

  it('of the projector tell how far behind it is; mesh.json says where', async () => {
    const { audit_projector: url } = JSON.parse(
      readFileSync(join(dataDir, 'mesh.json'), 'utf8'),
    ) as { audit_projector: string };
    await until(async () => {
      const samples = await scrape(url);
      expect(total(samples, 'estop_projection_position', { stream: 'CONTROL' })).toBeGreaterThan(0);
      const behind = total(samples, 'estop_projection_behind_events', { stream: 'CONTROL' });
      return behind === 0 && total(samples, 'estop_projection_lag_seconds_count') > 0;
    });
  });

  it('count what a pause holds', async () => {
    const count = async () => total(await scrape(gateway()), 'estop_held_intents_total');
    const pause = { selector: { agent: RECEIVER }, mode: 'pause', reason: 'a look at it' };
    const operator = keys.operator_key as string;
    const ordered = await as(operator, 'POST /v1/mesh/stops', pause);
    expect([ordered.status, ordered.body]).toEqual([200, expect.objectContaining({ ok: true })]);
    const before = await count();
    expect((await as(operator, 'POST /v1/intents', intent())).status).toBe(200);
    expect(await count()).toBe(before + 1);
    const lift = `POST /v1/mesh/stops/${ordered.body.order_id}/lift`;
    expect(await as(operator, lift, { reason: 'seen' })).toMatchObject({ status: 200 });
  });

  it('carry no address, no key and no id of an order as a label', async () => {
    const urls = [...ready.gateways.map(({ url }) => url), ...ready.command_apis];
    const samples = (await Promise.all(urls.map(scrape))).flat();
    const values = samples.flatMap(({ labels }) => Object.values(labels)).join('\n');
    expect(values).not.toMatch(/agent:\/\/|mailer|receiver|stop_[a-z2-7]{20}|estop_(op|sa)_|acme/);
  });
});

describe('logs', () => {
  it('hold no secret after keys, bad keys, bad input, intents, stops and a resume', async () => {
    const kill = `/v1/mesh/agents/${addressId}`;
    await as(BAD_KEY, 'GET /v1/mesh/agents');
    await as(`${agentKey.slice(0, -4)}0000`, 'POST /v1/intents', intent());
    await as('', 'GET /v1/mesh/agents', undefined, { authorization: `Bearer ${FOREIGN_TOKEN}` });
    await as(agentKey, `GET /v1/nothing/${BAD_KEY}?key=${BAD_KEY}`);
    await as(agentKey, 'POST /v1/intents', { ...intent(), to_agent: 'agent://../*' });
    await as(agentKey, `POST ${kill}/kill`, {});
    await as(keys.operator_key as string, `POST ${kill}/resume`, { reason: 'mended' });
    expect((await as(agentKey, 'POST /v1/intents', intent())).status).toBe(200);
    const { body } = await admin('GET /v1/service-accounts?org_id=acme&workspace_id=production');
    const id = body.service_accounts.find((one: { name: string }) => one.name === 'mailer')
      .service_account_id as string;
    const account = await admin(`GET /v1/service-accounts/${id}`);
    const keyId = account.body.service_account.keys[0].key_id as string;
    expect((await admin(`POST /v1/service-accounts/${id}/keys/${keyId}/revoke`, {})).status).toBe(
      200,
    );
    expect((await as(agentKey, 'POST /v1/intents', intent())).status).toBe(401);
    const output = everythingWritten();
    for (const secret of secrets()) expect(output).not.toContain(secret);
    expect(collector.bodies.join('')).not.toMatch(new RegExp(secrets().map(escaped).join('|')));
  });

  it('tell a refusal at debug with request and trace id, and without a stack', async () => {
    const expected = ['unauthenticated', 'key_revoked', 'agent_killed', 'forbidden'];
    const refused = await until(() => {
      const lines = logLines().filter(({ msg }) => msg === 'request refused');
      const codes = new Set(lines.map(({ code }) => code));
      return expected.every((code) => codes.has(code)) && lines;
    });
    for (const line of refused) {
      expect([line.request_id, line.trace_id]).toEqual([expect.any(String), expect.any(String)]);
      expect(JSON.stringify(line)).not.toMatch(/\\n +at |"stack"/);
    }
  });
});

type LogLine = Readonly<Record<string, string>>;

const logFiles = (): string[] =>
  readdirSync(join(dataDir, 'logs')).map((name) =>
    readFileSync(join(dataDir, 'logs', name), 'utf8'),
  );

const logLines = (): LogLine[] =>
  logFiles()
    .flatMap((text) => text.split('\n'))
    .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as LogLine] : []));

const everythingWritten = (): string => [...logFiles(), mesh.stdout, mesh.stderr].join('\n');

const secretOf = (key: string): string => key.split('_').at(-1) as string;

const secrets = (): string[] => {
  const { nats, postgres } = JSON.parse(readFileSync(join(dataDir, 'servers.json'), 'utf8')) as {
    nats: { passwords: Record<string, string> };
    postgres: { password: string };
  };
  const ours = [keys.admin_key, keys.operator_key, keys.viewer_key, agentKey, BAD_KEY];
  const passwords = [...Object.values(nats.passwords), postgres.password];
  return [
    ...ours.map((key) => secretOf(key as string)),
    ...passwords,
    PAYLOAD_SECRET,
    FOREIGN_TOKEN,
  ];
};

const escaped = (text: string): string => text.replaceAll('.', '\\.');
