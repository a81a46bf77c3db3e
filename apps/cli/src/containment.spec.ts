import { commandLine, jsonAnswer, type FakeAnswer } from '#testing';
import { commands } from './commands.js';
import { challenge, doctor, drill, failedDrill, proof } from './mesh.fixture.js';
import { acked, AGENT, env, missing, order, ORDER } from './order.fixture.js';
import { run } from './run.js';

const estop = commandLine((line, terminal) => run(line, { commands, terminal }), {
  answer: () => jsonAnswer(order),
  env,
});
const answering = (body: object, status = 200) => ({ answer: () => jsonAnswer(body, status) });

describe('a stop that is not proven for every gateway', () => {
  it('names who is silent and who is fenced, with region and time', async () => {
    const fenced = { ...missing, gateway: 'eu-west-2', state: 'fenced' };
    const gateways = [acked, missing, fenced];
    const open = { ...order, contained: false, contained_after_ms: null, gateways };
    const { out } = await estop(['halt', AGENT], answering(open, 202));
    expect(out).toContain('contained  not proven yet');
    expect(out).toMatch(/us-east +us-east-1 +acked +12 ms/);
    expect(out).toMatch(/eu-west +eu-west-1 +MISSING +-/);
    expect(out).toMatch(/eu-west +eu-west-2 +fenced +-/);
    expect(out).toContain('No word yet from eu-west-1 (eu-west). The agent may still run there.');
    expect(out).toContain(
      'eu-west-2 (eu-west): no word, but every lease from before the order has run out',
    );
  });

  it('says where an order is that the log does not have yet', async () => {
    const uncommitted = { ...order, state: 'effective', committed: false, sequence: null };
    const { out } = await estop(['halt', AGENT], answering({ ...uncommitted, contained: false }));
    expect(out).toContain('committed  not yet: on the disk of a control node');
  });
});

describe('a lift that needs a second person', () => {
  const waiting = {
    ok: true,
    state: 'needs_second',
    order_id: ORDER,
    requested_by: { kind: 'operator', id: '0123456789abcdef', via: 'http', name: 'ada' },
    requested_at: '2026-01-31T03:05:00.000Z',
    reason: 'the "loop" is fixed',
    expires_at: '2026-01-31T03:20:00.000Z',
    changed: true,
  };

  it('exits 4 and shows what the second person types', async () => {
    const line = ['resume', ORDER, '--reason', 'fixed'];
    const { out, code } = await estop(line, answering(waiting, 202));
    expect(code).toBe(4);
    expect(out).toContain(`NEEDS A SECOND PERSON  ${ORDER}`);
    expect(out).toContain('asked by ada; the request counts until 2026-01-31T03:20:00.000Z');
    expect(out).toContain(`estop resume ${ORDER} --reason "the \\"loop\\" is fixed"`);
    expect(out).not.toContain('RESUMED');
  });

  it('says so when the same person asks again', async () => {
    const line = ['orders', 'lift', ORDER, '--reason', 'fixed'];
    const { out, code } = await estop(line, answering({ ...waiting, changed: false }, 202));
    expect([code, out.includes('was asked before by ada')]).toEqual([4, true]);
  });

  it('is told to programs', async () => {
    const line = ['resume', ORDER, '--reason', 'fixed', '--json'];
    expect(JSON.parse((await estop(line, answering(waiting, 202))).out)).toEqual({
      ok: true,
      changed: true,
      orders: [],
      needs_second: [waiting],
      still_held: [],
      confirmed: false,
    });
  });

  it('is shown on the order while it waits', async () => {
    const { requested_by, requested_at, reason, expires_at } = waiting;
    const lift_request = { requested_by, requested_at, reason, expires_at };
    const shown = { ...order, record: { receipts: [], refusals: [] }, lift_request };
    const { out } = await estop(['orders', 'show', ORDER], answering(shown));
    expect(out).toContain('lift       asked for by operator 0123456789abcdef until 2026-01-31');
  });
});

describe('drill', () => {
  it('tells how fast each region was, and that nothing was stopped', async () => {
    const { out, code, seen } = await estop(['drill', 'ns:acme/production'], answering(drill));
    expect([code, seen[0]?.path, seen[0]?.body]).toEqual([
      0,
      '/v1/mesh/drills',
      { selector: { namespace: 'acme/production' } },
    ]);
    expect(out).toContain('DRILL PASSED  ns:acme/production  in 12 ms');
    expect(out).toContain('would hold 21 agents; nothing was stopped');
    expect(out).toMatch(/us-east +1\/1 +12 ms +12 ms +12 ms +-/);
  });

  it('fails with the names of those that did not answer', async () => {
    const line = ['drill', 'ns:acme/production', '--timeout', '500ms'];
    const { out, code, seen } = await estop(line, answering(failedDrill));
    expect([code, seen[0]?.body]).toEqual([1, expect.objectContaining({ timeout_ms: 500 })]);
    expect(out).toContain('DRILL FAILED  ns:acme/production');
    expect(out).toMatch(/eu-west +0\/1 +- +- +- +eu-west-1/);
    expect(out).toContain('No receipt from eu-west-1 (eu-west).');
    expect(out).toContain('estop doctor');
  });

  it('asks nobody to type a name: it does no harm', async () =>
    expect((await estop(['drill', 'org:acme'], answering(drill))).err).toBe(''));
});

describe('doctor', () => {
  const problem = {
    severity: 'critical',
    what: 'gateway eu-west-1 is silent',
    cure: 'Look whether it runs and reaches NATS.',
  };
  const asked: FakeAnswer = ({ path }) =>
    jsonAnswer(path === '/v1/mesh/doctor' ? doctor : challenge);

  it('is 0 where a stop could be proven now', async () => {
    const { out, code } = await estop(['doctor'], answering(doctor));
    expect(code).toBe(0);
    expect(out).toContain('WELL  a stop could be proven now');
    expect(out).toMatch(/node-a-k3v7q2ma \(this one\) +ready +61 ms ago/);
    expect(out).toMatch(/us-east +us-east-1 +serving +83 ms old/);
    expect(out).toMatch(/us-east +1 +yes +31 s ago +halted in 15 ms, resumed in 22 ms/);
  });

  it('is 1, in red, where something is critical, with what to do', async () => {
    const ill = { ...doctor, ok: false, problems: [problem] };
    const { out, code } = await estop(['doctor'], { ...answering(ill), colours: true });
    expect(code).toBe(1);
    expect(out).toContain('\u001b[31mNOT WELL  1 problem\u001b[39m');
    expect(out).toContain('\u001b[31mCRITICAL  gateway eu-west-1 is silent\u001b[39m');
    expect(out).toContain('Look whether it runs and reaches NATS.');
  });

  it('is 1 where a region was not tried out for too long', async () => {
    const idle = { ...doctor.regions[0], armed: false, arming_age_seconds: 900, canary: null };
    const { out, code } = await estop(['doctor'], answering({ ...doctor, regions: [idle] }));
    expect(code).toBe(1);
    expect(out).toContain('NOT ARMED  us-east');
    expect(out).toMatch(/us-east +1 +NO +900 s ago/);
  });

  it('is 0 with a warning, which it shows', async () => {
    const warned = { ...doctor, problems: [{ ...problem, severity: 'warning' }] };
    const { out, code } = await estop(['doctor'], answering(warned));
    expect([code, out.includes('WARNING  gateway eu-west-1 is silent')]).toEqual([0, true]);
  });

  it('is 0 and well with what somebody may want to know', async () => {
    const told = { ...doctor, problems: [{ ...problem, severity: 'info', what: 'no cap' }] };
    const { out, code } = await estop(['doctor'], answering(told));
    expect(code).toBe(0);
    expect(out).toMatch(/WELL {2}a stop could be proven now\n/);
    expect(out).toContain('INFO  no cap');
  });

  it('tells a closed gateway from a fenced one', async () => {
    const [gateway] = doctor.gateways;
    const gateways = [{ ...gateway, state: 'fenced', phase: 'rolled-back', fenced: true }];
    const { out } = await estop(['doctor'], answering({ ...doctor, ok: false, gateways }));
    expect(out).toContain('FENCED, ROLLED-BACK');
  });

  it('challenges every gateway with the nonce', async () => {
    const line = ['doctor', '--challenge', 'incident-4711'];
    const { out, code, seen } = await estop(line, { answer: asked });
    expect(code).toBe(0);
    expect(seen.find(({ path }) => path === '/v1/mesh/challenges')?.body).toEqual({
      nonce: 'incident-4711',
    });
    expect(out).toContain(
      '1 of 1 gateway proved over nonce incident-4711 that they can halt; 1 signature checked here',
    );
    expect(out).toMatch(/us-east-1 +3 +proven +7 ms +k3v7q2ma4b5c6d7e/);
  });

  it.each([[['--challenge']], [['--challenge', '--json']]])(
    'makes a nonce where %j gives none, another one each time',
    async (flags) => {
      const nonceOf = async () => {
        const { seen } = await estop(['doctor', ...flags], { answer: asked });
        return seen.find(({ path }) => path === '/v1/mesh/challenges')?.body as { nonce: string };
      };
      const [one, other] = [await nonceOf(), await nonceOf()];
      expect(one.nonce).toMatch(/^[A-Za-z0-9_-]{22}$/);
      expect(one.nonce).not.toBe(other.nonce);
    },
  );

  it('is 1 where a gateway proves nothing, and says why', async () => {
    const refused = { ...proof, state: 'refused', problem: 'signed another nonce' };
    const answer: FakeAnswer = ({ path }) =>
      jsonAnswer(
        path === '/v1/mesh/doctor' ? doctor : { ...challenge, proven: 0, gateways: [refused] },
      );
    const { out, code } = await estop(['doctor', '--challenge'], { answer });
    expect(code).toBe(1);
    expect(out).toContain('us-east-1 (us-east): signed another nonce');
  });

  it.each([
    ['another text', { statement: `${proof.statement} ` }],
    ['another key', { public_key: 'A'.repeat(43) }],
    ['nobody', { signature: 'k.x' }],
    ['another gateway', { gateway: 'us-east-1', statement: proof.statement.replace('-1', '-2') }],
    ['a key that is none', { public_key: 'short' }],
  ])('believes no signature of %s, whatever the mesh says', async (_of, change) => {
    const gateways = [{ ...proof, ...change }];
    const answer: FakeAnswer = ({ path }) =>
      jsonAnswer(path === '/v1/mesh/doctor' ? doctor : { ...challenge, gateways });
    const { out, code } = await estop(['doctor', '--challenge', 'incident-4711'], { answer });
    expect(code).toBe(1);
    expect(out).toContain('The signature of us-east-1 (us-east) is not good');
  });

  it('believes no signature over another nonce', async () => {
    const nonce = 'incident-4712';
    const answer: FakeAnswer = ({ path }) =>
      jsonAnswer(path === '/v1/mesh/doctor' ? doctor : { ...challenge, nonce });
    expect((await estop(['doctor', '--challenge', nonce], { answer })).code).toBe(1);
  });

  it('is one object for programs', async () => {
    const line = ['doctor', '--challenge', 'incident-4711', '--json'];
    const { out } = await estop(line, { answer: asked });
    expect(JSON.parse(out)).toEqual({ ...doctor, ok: true, challenge });
  });
});
