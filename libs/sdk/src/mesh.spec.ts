import { FakeFetch, jsonAnswer } from '#testing';
import { Estop } from './estop.js';

const clientOf = (body: object, status = 200) => {
  const server = new FakeFetch(() => jsonAnswer(body, status));
  const options = { baseUrl: 'http://gateway.test', apiKey: 'k', fetch: server.fetch };
  return { estop: new Estop(options), seen: server.seen };
};

describe('the calls about proof', () => {
  it.each([
    [
      'a drill',
      (estop: Estop) => estop.mesh.drill({ selector: { tag: 'mail' } }),
      ['POST', '/v1/mesh/drills', { selector: { tag: 'mail' } }],
    ],
    [
      'a challenge',
      (estop: Estop) => estop.mesh.challenge({ nonce: 'incident-4711', timeout_ms: 500 }),
      ['POST', '/v1/mesh/challenges', { nonce: 'incident-4711', timeout_ms: 500 }],
    ],
    ['the status', (estop: Estop) => estop.mesh.status(), ['GET', '/v1/mesh/status', undefined]],
    ['the doctor', (estop: Estop) => estop.mesh.doctor(), ['GET', '/v1/mesh/doctor', undefined]],
    [
      'new keys for all',
      (estop: Estop) => estop.mesh.rotateKeys(),
      ['POST', '/v1/mesh/keys/rotate', {}],
    ],
    [
      'a restored log',
      (estop: Estop) => estop.mesh.logRestored({ old: 'a', new: 'b', reason: 'disk' }),
      ['POST', '/v1/mesh/log/restored', { old: 'a', new: 'b', reason: 'disk' }],
    ],
    [
      'settings of an org',
      (estop: Estop) => estop.organizations.change('acme', { two_person_lift: true }),
      ['PATCH', '/v1/organizations/acme', { two_person_lift: true }],
    ],
    [
      'settings of a namespace',
      (estop: Estop) => estop.workspaces.change('acme', 'staging', { on_fence: 'allow' }),
      ['PATCH', '/v1/organizations/acme/workspaces/staging', { on_fence: 'allow' }],
    ],
  ])('go where they belong: %s', async (_what, call, expected) => {
    const { estop, seen } = clientOf({ ok: true });
    await call(estop);
    expect(seen.map(({ method, path, body }) => [method, path, body])).toEqual([expected]);
  });

  it('repeat what must be done once under one idempotency key', async () => {
    const { estop, seen } = clientOf({ ok: true });
    await estop.mesh.rotateKeys();
    expect(seen[0]?.headers['idempotency-key']).toBeDefined();
  });
});

describe('a lift that needs a second person', () => {
  it('is an answer and no error, told apart by its state', async () => {
    const { estop } = clientOf({ ok: true, state: 'needs_second', order_id: 'stop_x' }, 202);
    const answer = await estop.stops.lift('stop_x', { reason: 'fixed' });
    expect(answer.state === 'needs_second' && answer.order_id).toBe('stop_x');
  });
});
