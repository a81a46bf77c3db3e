import type { World } from '../world.js';

export const serviceSteps = (world: World): void => {
  it('health answers without a key, and with one', async () => {
    for (const role of ['nobody', 'operator'] as const) {
      const { status, body } = await world.as(role).get('/health');
      expect([status, body.ok]).toEqual([200, true]);
    }
  });

  it('a trace id comes back, and every answer has a request id', async () => {
    const traceId = crypto.randomUUID();
    const { headers } = await world.as('nobody').get('/health', { 'x-trace-id': traceId });
    expect(headers.get('x-trace-id')).toBe(traceId);
    expect(headers.get('x-request-id')).toEqual(expect.any(String));
  });

  it('capabilities are words, and intent types of the form intent.….v1', async () => {
    const { status, body } = await world.as('operator').get('/v1/capabilities');
    expect([status, body.ok]).toEqual([200, true]);
    expect(body.capabilities.length).toBeGreaterThan(0);
    expect(body.supported_intent_types.length).toBeGreaterThan(0);
    for (const word of body.capabilities) expect(word).toMatch(/^.{3,120}$/);
    for (const type of body.supported_intent_types)
      expect(type).toMatch(/^intent\.[a-z0-9_]+\.v1$/);
  });

  it('a key is taken from x-api-key and from a bearer token', async () => {
    for (const style of ['x-api-key', 'bearer'] as const)
      expect((await world.as('operator', style).get('/v1/mesh/agents')).status).toBe(200);
  });

  it('x-api-key decides: a bearer token that is not ours is ignored', async () => {
    const headers = { authorization: 'Bearer a-token-of-someone-else' };
    expect((await world.as('operator').get('/v1/mesh/agents', headers)).status).toBe(200);
  });

  it('no key is 401, in the words that clients read', async () => {
    const wrong: Record<string, string>[] = [
      {},
      { authorization: '' },
      { 'x-api-key': 'nonsense' },
    ];
    for (const headers of wrong) {
      const {
        status,
        body,
        headers: got,
      } = await world.as('nobody').get('/v1/mesh/agents', headers);
      expect(status).toBe(401);
      expect(got.get('content-type')).toContain('application/problem+json');
      expect(body).toMatchObject({
        status: 401,
        title: expect.any(String),
        error: { code: expect.any(String), message: expect.any(String), retryable: false },
        trace_id: expect.any(String),
      });
    }
  });
};
