import { commandLine, jsonAnswer } from '#testing';
import { commands } from './commands.js';
import { env } from './order.fixture.js';
import { run } from './run.js';

const estop = commandLine((line, terminal) => run(line, { commands, terminal }), {
  answer: () => jsonAnswer({}),
  env,
});
const answering = (body: object, status = 200) => ({ answer: () => jsonAnswer(body, status) });
const spread = { effective: { acked: 2, of: 2 }, missing: [] as object[] };

describe('keys rotate', () => {
  const rotated = [{ kind: 'gateway', id: 'us-east-1', old_key_id: 'k1', key_id: 'k2' }];

  it.each([
    [[], {}],
    [['--gateway', 'us-east-1'], { gateway: 'us-east-1' }],
    [['--node', 'node-a-k3v7q2ma'], { node: 'node-a-k3v7q2ma' }],
  ])('with %j asks for that', async (flags, body) => {
    const answer = answering({ ok: true, rotated, failed: [] });
    const { code, seen, out } = await estop(['keys', 'rotate', ...flags], answer);
    expect([code, seen[0]?.path, seen[0]?.body]).toEqual([0, '/v1/mesh/keys/rotate', body]);
    expect(out).toMatch(/gateway +us-east-1 +k1 +k2/);
  });

  it('is 1 where one signs with its old key still', async () => {
    const failed = [{ kind: 'gateway', id: 'eu-west-1', problem: 'it did not answer' }];
    const { code, out } = await estop(['keys', 'rotate'], answering({ ok: true, rotated, failed }));
    expect(code).toBe(1);
    expect(out).toContain('eu-west-1 signs with its old key still: it did not answer');
  });
});

describe('org set', () => {
  const changed = (two_person_lift: boolean) =>
    answering({
      ok: true,
      changed: true,
      organization: { org_id: 'acme', two_person_lift },
      ...spread,
    });

  it.each([
    ['on', true, 'lifted by two people'],
    ['off', false, 'one person can lift any stop'],
  ])('switches two-person lifts %s', async (word, on, words) => {
    const line = ['org', 'set', 'acme', '--two-person-lift', word];
    const { code, out, seen } = await estop(line, changed(on));
    expect([code, seen[0]?.method, seen[0]?.path, seen[0]?.body]).toEqual([
      0,
      'PATCH',
      '/v1/organizations/acme',
      { two_person_lift: on },
    ]);
    expect(out).toContain(words);
  });
});

describe('ns set', () => {
  const workspace = (on_fence: string) => ({ workspace_id: 'staging', org_id: 'acme', on_fence });
  const line = (choice: string, ...more: string[]) => [
    ...['ns', 'set', 'ns:acme/staging', '--on-fence', choice],
    ...more,
  ];

  it('closes a namespace without a question', async () => {
    const answer = answering({ ok: true, changed: true, workspace: workspace('deny'), ...spread });
    const { code, seen, out } = await estop(line('deny'), answer);
    expect([code, seen[0]?.path, seen[0]?.body]).toEqual([
      0,
      '/v1/organizations/acme/workspaces/staging',
      { on_fence: 'deny' },
    ]);
    expect(out).toContain('nothing passes a gateway that cannot prove its state');
  });

  it('opens one only when its name was typed, and says what that means', async () => {
    const answer = answering({ ok: true, changed: true, workspace: workspace('allow'), ...spread });
    const typed = await estop(line('allow'), { ...answer, typed: ['acme/staging'] });
    expect([typed.code, typed.seen.length]).toEqual([0, 1]);
    expect(typed.err).toContain('through gateways that no stop can reach');
    expect(typed.out).toContain('a stop may come late there');
    expect((await estop(line('allow'), { ...answer, typed: ['yes'] })).seen).toEqual([]);
    expect((await estop(line('allow', '--yes'), answer)).code).toBe(0);
  });

  it('is 4 where a gateway has not taken it in', async () => {
    const missing = [{ gateway: 'eu-west-1', region: 'eu-west' }];
    const body = { ok: true, changed: true, workspace: workspace('deny'), ...spread, missing };
    const { code, out } = await estop(line('deny'), answering(body));
    expect([code, out.includes('No word yet from eu-west-1 (eu-west).')]).toEqual([4, true]);
  });
});

describe('log restored', () => {
  const [old, now] = ['0f3c9a7e5b1d4c28', '7d1e4b9c2a6f8035'] as const;
  const line = ['log', 'restored', '--old', old, '--new', now, '--reason', 'disk replaced'];
  const said = {
    ok: true,
    state: 'needs_second',
    old,
    new: now,
    requested_by: { kind: 'operator', id: '0123456789abcdef', via: 'http', name: 'ada' },
    requested_at: '2026-01-31T03:05:00.000Z',
    confirmed_by: null,
  };

  it('asks for the new incarnation to be typed', async () => {
    expect((await estop(line)).err).toContain('add --yes');
    expect((await estop(line, { typed: ['yes'] })).seen).toEqual([]);
  });

  it('is 4 until a second person says the same, and shows what they type', async () => {
    const { code, out, seen } = await estop([...line, '--yes'], answering(said, 202));
    expect([code, seen[0]?.path, seen[0]?.body]).toEqual([
      4,
      '/v1/mesh/log/restored',
      { old, new: now, reason: 'disk replaced' },
    ]);
    expect(out).toContain('NEEDS A SECOND PERSON');
    expect(out).toContain(`estop log restored --old ${old} --new ${now} --reason "…"`);
  });

  it('is 0 once it is confirmed', async () => {
    const done = { ...said, state: 'restored', confirmed_by: said.requested_by };
    const { code, out } = await estop([...line, '--yes'], answering(done));
    expect([code, out]).toEqual([0, 'RESTORED  gateways pin the new log now']);
  });
});
