import { commandLine, jsonAnswer, type FakeAnswer } from '#testing';
import { commands } from './commands.js';
import { AGENT, env, KEY } from './order.fixture.js';
import { run } from './run.js';

const estop = commandLine((line, terminal) => run(line, { commands, terminal }), {
  answer: () => jsonAnswer({ ok: true }),
  env,
});

const ID = '018f4e2a-0000-7000-8000-0000000000aa';
const KEY_ID = '0123456789abcdef';
const spread = { effective: { acked: 1, of: 1 }, missing: [] };
const session = {
  ...{ session_id: ID, status: 'ACTIVE', type: 'research', project_id: null, metadata: {} },
  ...{ parent_session_id: null, depends_on: [], owner_agent: AGENT, reason: null, result: null },
  limits: { max_duration: 28_800, max_actions: 10, max_cost: '10.00' },
  created_at: '2026-01-31T03:00:00.000Z',
  updated_at: '2026-01-31T03:00:00.000Z',
  ...{ expires_at: '2026-01-31T11:00:00.000Z', ended_at: null },
};
const line = {
  ...{ session_id: ID, seq: 1, event_type: 'session.message', status: 'ACTIVE' },
  at: '2026-01-31T03:01:00.000Z',
};
const key = {
  ...{ key_id: KEY_ID, status: 'active', expires_at: '2026-01-31T04:00:00.000Z' },
  token: KEY,
};

describe('sessions', () => {
  const asked: FakeAnswer = ({ path }) =>
    jsonAnswer(
      path.endsWith('/feed')
        ? { ok: true, feed: [line] }
        : path.endsWith(ID)
          ? { ok: true, session }
          : { ok: true, sessions: [session], next_cursor: null },
    );

  it('are listed and shown with their limits and their feed', async () => {
    const { out, code } = await estop(['sessions', 'list', '--status', 'active'], {
      answer: asked,
    });
    expect([code, out]).toEqual([0, expect.stringMatching(new RegExp(`${ID} +ACTIVE +agent:`))]);
    const shown = await estop(['sessions', 'show', ID], { answer: asked });
    expect(shown.out).toContain('limits: 28800 s, 10 actions, 10.00 usd');
    expect(shown.out).toContain('session.message');
  });

  it('are killed with a reason, and the gateways are counted', async () => {
    const answer = () =>
      jsonAnswer({ ok: true, session_id: ID, status: 'TERMINATED', changed: true, ...spread });
    const { out, code, seen } = await estop(['sessions', 'kill', ID, '--reason', 'wrong'], {
      answer,
    });
    expect([code, seen[0]?.path, seen[0]?.body]).toEqual([
      0,
      `/v1/sessions/${ID}/kill`,
      { reason: 'wrong' },
    ]);
    expect(out).toContain(`killed ${ID}, in force at 1 of 1 gateways`);
  });

  it('are 4 while a gateway is missing', async () => {
    const missing = [{ gateway: 'eu-west-1', region: 'eu-west' }];
    const answer = () =>
      jsonAnswer({
        ...{ ok: true, session_id: ID, status: 'TERMINATED', changed: true },
        ...{ effective: { acked: 0, of: 1 }, missing },
      });
    expect((await estop(['sessions', 'kill', ID], { answer })).code).toBe(4);
  });

  it('are looked at by --dry-run, and not killed', async () => {
    const { code, seen } = await estop(['sessions', 'kill', ID, '--dry-run'], { answer: asked });
    expect([code, seen.map(({ method }) => method)]).toEqual([0, ['GET', 'GET']]);
  });

  it.each([
    [['sessions', 'kill', 'x'], 'not the id of a session'],
    [['sessions', 'list', '--status', 'dead'], '--status is not one'],
    [['agents', 'create', AGENT, '--cap', '50'], '--cap is not a cap'],
    [['agents', 'create', AGENT, '--cap', '50usd/week'], '--cap is not a cap'],
    [['agents', 'create', AGENT, '--tag', 'A B'], 'not a tag'],
    [['agents', 'rotate-key', AGENT, 'x'], 'not the id of a key'],
  ])('a slip is told before anything is asked: %j', async (words, said) => {
    const agent = () => jsonAnswer({ ok: true, agent: { service_account_id: 'sa_x' } });
    const { code, err } = await estop(words, { answer: agent });
    expect([code, err]).toEqual([2, expect.stringContaining(said)]);
  });
});

describe('agents', () => {
  it('are created with a key, tags and a cap in one call', async () => {
    const budget = { cap: '50.00', currency: 'usd', per: 'day', alert_pct: [80] };
    const answer = () =>
      jsonAnswer({ ok: true, agent: { address: AGENT }, key, budget, ...spread });
    const words = ['agents', 'create', AGENT, '--cap', '50usd/day', '--tag', 'finance'];
    const { out, seen } = await estop(words, { answer });
    expect(seen).toHaveLength(1);
    expect(seen[0]?.body).toEqual({
      address: AGENT,
      tags: ['finance'],
      budget: { cap: '50', currency: 'usd', per: 'day' },
    });
    expect(out).toContain(`created ${AGENT}, at most 50.00 usd per day`);
    expect(out).toContain(KEY);
    const dry = await estop([...words, '--dry-run'], { answer });
    expect(dry.seen).toEqual([]);
  });

  it('get a new key, and are told how long the old one works', async () => {
    const answer: FakeAnswer = ({ path }) =>
      jsonAnswer(
        path.endsWith('/rotate')
          ? { ok: true, key, retired: key, ...spread }
          : path.startsWith('/v1/agents/')
            ? { ok: true, agent: { address: AGENT, service_account_id: 'sa_x' } }
            : { ok: true, service_account: { agent_address: AGENT, keys: [key] } },
      );
    const { out, seen } = await estop(['agents', 'rotate-key', AGENT, '--overlap', '0s'], {
      answer,
    });
    expect(seen.at(-1)?.path).toBe(`/v1/service-accounts/sa_x/keys/${KEY_ID}/rotate`);
    expect(seen.at(-1)?.body).toEqual({ overlap_seconds: 0 });
    expect(out).toContain(`${KEY_ID} works until 2026-01-31 04:00:00.000 UTC`);
  });

  it('are told what they used', async () => {
    const use = {
      ...{ intents_total: 3, intents_succeeded: 2, intents_failed: 1, cost_usd: 1.5 },
      ...{ tokens_in: 10, tokens_out: 5, avg_latency_ms: null },
    };
    const usage = [{ at: '2026-01-31T03:00:00.000Z', ...use }];
    const answer = () => jsonAnswer({ ok: true, address: AGENT, usage, total: use });
    const { out, code } = await estop(['agents', 'usage', AGENT, '--step', 'day'], { answer });
    expect([code, out]).toEqual([0, expect.stringMatching(/total +3 +1 +1.50 +15/)]);
  });
});

describe('agents revoke --dry-run', () => {
  const named = (name: string) => `agent://acme/production/${name}`;
  const agent = (name: string, parent?: string, revoked = false) => ({
    ...{ address: named(name), revoked },
    ...(parent !== undefined && { parent: named(parent) }),
  });

  it('names all whom it would revoke, down to the last descendant, and revokes nobody', async () => {
    const fleet = [
      ...[agent('boss'), agent('worker', 'boss'), agent('helper', 'worker')],
      ...[agent('gone', 'boss', true), agent('other')],
    ];
    const answer: FakeAnswer = ({ query }) =>
      'limit' in (query as object)
        ? jsonAnswer({ ok: true, agents: fleet, next_cursor: null })
        : jsonAnswer({ ok: true, agent: fleet[0] });
    const line = ['agents', 'revoke', named('boss'), '--dry-run', '--json'];
    const { code, out, seen } = await estop(line, { answer });
    expect([code, new Set(seen.map(({ method }) => method))]).toEqual([0, new Set(['GET'])]);
    expect(JSON.parse(out)).toMatchObject({ revoked: ['boss', 'worker', 'helper'].map(named) });
  });
});
