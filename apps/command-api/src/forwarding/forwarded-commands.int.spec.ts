import { ForwardedAnswer, live } from '#contracts';
import { claimNatsAccount } from '#testing';
import { ExampleMesh } from '../example/example-mesh.js';

describe('requests that gateways hand over', () => {
  let mesh: ExampleMesh;
  let key: string;

  beforeAll(async () => {
    mesh = await ExampleMesh.start({ nats: await claimNatsAccount() });
    await mesh.addNode('node-2');
    key = await mesh.key({ roles: ['operator'] });
  }, 20_000);
  afterAll(() => mesh.stop());

  const forward = async (request: object): Promise<ForwardedAnswer> => {
    const bytes = await mesh.messaging.request(live.command, JSON.stringify(request), 5000);
    return ForwardedAnswer.parse(JSON.parse(Buffer.from(bytes).toString()));
  };
  const bodyOf = ({ bodyBase64 }: ForwardedAnswer): unknown =>
    JSON.parse(Buffer.from(bodyBase64 ?? '', 'base64').toString());
  const post = (url: string, body: string | null, headers: object = {}) =>
    forward({
      method: 'POST',
      url,
      headers: { 'x-api-key': key, 'content-type': 'application/json', ...headers },
      bodyBase64: body === null ? null : Buffer.from(body).toString('base64'),
    });

  it('are answered as over HTTP, headers included', async () => {
    const agent = encodeURIComponent('agent://acme/production/forwarded');
    const url = `/v1/mesh/agents/${agent}/kill`;
    const answer = await post(url, '{"reason":"via a gateway"}', { 'x-request-id': 'my-request' });
    expect(answer).toMatchObject({ status: 200, headers: { 'x-request-id': 'my-request' } });
    expect(bodyOf(answer)).toMatchObject({ ok: true, order: { reason: 'via a gateway' } });
    const empty = await post(`/v1/mesh/agents/${agent}/resume`, null);
    expect(bodyOf(empty)).toMatchObject({ ok: true, changed: true });
  });

  it('are refused as over HTTP', async () => {
    const malformed = await post('/v1/mesh/stops', '{"mode":');
    expect([malformed.status, bodyOf(malformed)]).toMatchObject([
      400,
      { error: { code: 'malformed_request' } },
    ]);
    const nobody = await post('/v1/mesh/stops', '{}', { 'x-api-key': 'estop_op_x' });
    expect(nobody.status).toBe(401);
    const unknown = await post('/v1/nothing', '{}');
    expect(unknown.status).toBe(404);
  });

  it('that cannot be read get an answer, and a stream is not one', async () => {
    const unreadable = await forward({ method: 'TRACE', url: 'x' });
    expect(unreadable.status).toBe(400);
    const stream = await forward({
      method: 'GET',
      url: '/v1/mesh/stream?x=1',
      headers: { 'x-api-key': key },
      bodyBase64: null,
    });
    expect(stream.status).toBe(404);
  });

  it('with a key that another node has just issued are known', async () => {
    const admin = await mesh.key({ roles: ['admin'] });
    for (let round = 0; round < 10; round += 1) {
      const body = { org_id: 'acme', roles: ['viewer'], name: `reader ${round}` };
      const issued = await mesh.call(admin, 'POST /v1/keys', body);
      const { token } = (issued.body as { key: { token: string } }).key;
      const headers = { 'x-api-key': token };
      const answer = await forward({
        method: 'GET',
        url: '/v1/mesh/gateways',
        headers,
        bodyBase64: null,
      });
      expect(answer.status).toBe(200);
    }
  });
});
