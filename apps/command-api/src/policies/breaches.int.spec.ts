import {
  BreachAnswer,
  controlSubject,
  live,
  type Address,
  type BreachRequest,
  type PolicyAction,
} from '#contracts';
import { claimNatsAccount, until } from '#testing';
import { ExampleMesh } from '../example/example-mesh.js';
import { breachSubject, restrictionSubject } from './breach-ids.js';

const ORG = 'acme';
const evidence = {
  condition: 'intents',
  measured: 501,
  limit: 500,
  window: 'per hour',
  samples: null,
  subject: null,
  says: '501 intents sent in an hour, and 500 are allowed',
};

describe('a breach of a policy', () => {
  let mesh: ExampleMesh;
  let key: string;
  let agents = 0;
  let breaches = 0;
  beforeAll(async () => {
    mesh = await ExampleMesh.start({ nats: await claimNatsAccount() });
    await mesh.addGateway('us-east-1', 'us-east');
    key = await mesh.key({ roles: ['platform'] });
  }, 20_000);
  afterAll(() => mesh.stop());

  const call = (line: string, body?: unknown) => mesh.call(key, line, body);
  const newAgent = async (): Promise<Address> => {
    agents += 1;
    const name = `agent-${agents}`;
    await call('POST /v1/service-accounts', { org_id: ORG, workspace_id: 'production', name });
    return `agent://${ORG}/production/${name}` as Address;
  };
  /** A policy with this one rule, and a breach of it that was not told yet. */
  const breachOf = async (action: PolicyAction, more: object = {}): Promise<BreachRequest> => {
    const address = await newAgent();
    const name = address.split('/').at(-1) as string;
    const when = { intents: { over: 500, per: 'hour' } };
    const document = {
      target: { agent: address },
      mode: 'enforce',
      rules: [{ when, then: action }],
    };
    const { body } = await call(`PUT /v1/mesh/policies/${name}`, document);
    const { policy } = body as { policy: { version: number } };
    breaches += 1;
    const letters = String.fromCharCode(97 + breaches).repeat(20);
    return {
      breachId: `breach_${letters}` as BreachRequest['breachId'],
      org: ORG as BreachRequest['org'],
      policy: name as BreachRequest['policy'],
      ...{ policySequence: policy.version, rule: 0, address, action, evidence, storedAtMs: 1 },
      ...{ brake: null, until: null },
      ...more,
    };
  };
  const tell = async (request: unknown): Promise<BreachAnswer> => {
    const bytes = await mesh.messaging.request(live.breach, JSON.stringify(request), 5000);
    return BreachAnswer.parse(JSON.parse(Buffer.from(bytes).toString()));
  };
  const stopsOf = (address: Address) =>
    call(`GET /v1/mesh/agents/${encodeURIComponent(address)}/why`);
  const logged = async (subject: string): Promise<string[]> =>
    (await mesh.store.read(subject)).map(({ decoded }) =>
      decoded.known ? decoded.event.type : 'unknown',
    );

  it('stops the agent at every gateway, and says why', async () => {
    const request = await breachOf('halt');
    const answer = await tell(request);
    const orderId = request.breachId.replace('breach_', 'stop_');
    expect(answer).toEqual({ ok: true, outcome: 'stop', orderId });
    const [gateway] = mesh.gateways;
    await until(() => gateway?.enforced.includes(orderId) ?? false);
    const breach = {
      ...{ breach_id: request.breachId, policy: request.policy, version: request.policySequence },
      ...{ rule: 0, address: request.address, outcome: 'stop', evidence },
    };
    const reason = `policy ${request.policy}, rules.0: ${evidence.says}`;
    const actor = { kind: 'system', id: `policy:acme/${request.policy}`, via: 'policy' };
    expect((await stopsOf(request.address)).body).toMatchObject({
      ...{ held: true, mode: 'halt', restricted_by: [] },
      held_by: [{ order_id: orderId, reason, actor, breach }],
    });
    const shown = await call(`GET /v1/mesh/stops/${orderId}`);
    expect(shown.body).toMatchObject({ ok: true, mode: 'halt', reason, breach });
  });

  it('is told and stopped once, however often it is repeated', async () => {
    const request = await breachOf('pause');
    const answers = await Promise.all([tell(request), tell(request), tell(request)]);
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    const { body } = await stopsOf(request.address);
    expect(body).toMatchObject({ mode: 'pause', held_by: [{}] });
    await until(
      async () =>
        (await logged(`control.acme.production.stop.stop_${request.breachId.slice(7)}`)).length > 0,
    );
    expect(await logged(breachSubject(request.address, request.breachId))).toEqual([
      'PolicyBreached',
    ]);
  });

  it('does not stop again whom people have let run since', async () => {
    const request = await breachOf('halt');
    await tell(request);
    const path = `/v1/mesh/agents/${encodeURIComponent(request.address)}`;
    expect((await call(`POST ${path}/resume`, { reason: 'mended' })).status).toBe(200);
    expect(await tell(request)).toMatchObject({ ok: true, outcome: 'stop' });
    expect((await stopsOf(request.address)).body).toMatchObject({ held: false, held_by: [] });
  });

  it('is brought to its end where a node died between the telling and the stop', async () => {
    const request = await breachOf('quarantine');
    const { action: _a, brake: _b, until: _u, storedAtMs: _s, ...data } = request;
    const orderId = request.breachId.replace('breach_', 'stop_') as never;
    await mesh.append(breachSubject(request.address, request.breachId), {
      type: 'PolicyBreached',
      data: { ...data, outcome: 'stop', mode: 'quarantine', orderId },
    });
    await call(`DELETE /v1/mesh/policies/${request.policy}`);
    expect(await tell(request)).toEqual({ ok: true, outcome: 'stop', orderId });
    expect((await stopsOf(request.address)).body).toMatchObject({ mode: 'quarantine' });
  });

  it('adds no second order to the very stop that holds the agent', async () => {
    const request = await breachOf('halt');
    const path = `/v1/mesh/agents/${encodeURIComponent(request.address)}`;
    const { body } = await call(`POST ${path}/kill`);
    const { order } = body as { order: { order_id: string } };
    expect(await tell(request)).toMatchObject({ orderId: order.order_id });
    expect((await stopsOf(request.address)).body).toMatchObject({
      held_by: [{ order_id: order.order_id, breach: null }],
    });
  });

  it('throttles until the end of its window, and is lifted before by people', async () => {
    const end = '2126-01-01T00:00:00.000Z';
    const throttle = { throttle: { to: 6, per: 'minute' as const } };
    const request = await breachOf(throttle, { until: end });
    expect(await tell(request)).toEqual({ ok: true, outcome: 'throttle', orderId: null });
    await tell(request);
    const subject = restrictionSubject(request.address, request.breachId);
    expect(await logged(subject)).toEqual(['AgentRestricted']);
    const restricted = { policy: request.policy, rule: 0, per_second: 0.1, until: end };
    expect((await stopsOf(request.address)).body).toMatchObject({ restricted_by: [restricted] });
    const shown = await call(`GET /v1/mesh/policies/${request.policy}`);
    expect(shown.body).toMatchObject({ policy: { restricts: [restricted] } });
    const lift = () =>
      call(`POST /v1/mesh/policies/${request.policy}/lift`, {
        ...{ agent: request.address, reason: 'paid' },
      });
    expect(await lift()).toMatchObject({ status: 200, body: { changed: true, lifted: [{}] } });
    expect((await lift()).body).toMatchObject({ changed: false, lifted: [] });
    await tell(request);
    expect((await stopsOf(request.address)).body).toMatchObject({ restricted_by: [] });
  });

  it('only tells where gateways refuse by themselves, or a brake holds', async () => {
    expect(await tell(await breachOf('block'))).toMatchObject({ ok: true, outcome: 'block' });
    expect(await tell(await breachOf('alert'))).toMatchObject({ ok: true, outcome: 'alert' });
    const braked = await breachOf('halt', { brake: 'stops_per_minute' });
    expect(await tell(braked)).toEqual({ ok: true, outcome: 'braked', orderId: null });
    expect((await stopsOf(braked.address)).body).toMatchObject({ held: false });
    expect(await logged(breachSubject(braked.address, braked.breachId))).toEqual([
      'PolicyBreached',
    ]);
  });

  it('revokes the agent where the rule says so', async () => {
    const request = await breachOf('revoke');
    expect(await tell(request)).toMatchObject({ ok: true, outcome: 'revoke' });
    expect(await tell(request)).toMatchObject({ ok: true, outcome: 'revoke' });
    const name = request.address.split('/').at(-1) as string;
    const told = await logged(controlSubject(ORG, 'production', 'agent', name));
    expect(told.filter((type) => type === 'AgentRevoked')).toHaveLength(1);
  });

  it.each<[string, (request: BreachRequest) => unknown, string]>([
    ['of another version of the policy', (it) => ({ ...it, policySequence: 1 }), 'policy_changed'],
    ['of no policy', (it) => ({ ...it, policy: 'none' }), 'policy_changed'],
    ['whose rule says something else', (it) => ({ ...it, action: 'revoke' }), 'invalid_request'],
    ['of a rule that is not there', (it) => ({ ...it, rule: 7 }), 'invalid_request'],
    ['by another agent', (it) => ({ ...it, address: `${it.address}x` }), 'policy_changed'],
    [
      'by another tenant’s agent',
      (it) => ({ ...it, address: 'agent://globex/main/x' }),
      'invalid_request',
    ],
    ['that cannot be read', () => ({ breach: true }), 'invalid_request'],
    [
      'that was not measured yet by this log',
      (it) => ({ ...it, policySequence: 1_000_000 }),
      'unavailable',
    ],
  ])('has no effect %s', async (_what, change, code) => {
    const request = await breachOf('halt');
    expect(await tell(change(request))).toMatchObject({ ok: false, code });
    expect((await stopsOf(request.address)).body).toMatchObject({ held: false });
  });

  it('has no effect while the policy does not enforce', async () => {
    const request = await breachOf('halt');
    const path = `/v1/mesh/policies/${request.policy}`;
    const { body } = await call(`GET ${path}`);
    const { document } = (body as { policy: { document: object } }).policy;
    const set = await call(`PUT ${path}`, { ...document, mode: 'warn' });
    const { version } = (set.body as { policy: { version: number } }).policy;
    expect(await tell({ ...request, policySequence: version })).toMatchObject({
      ...{ ok: false, code: 'invalid_request' },
    });
  });
});
