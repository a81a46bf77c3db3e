import { commandLine, jsonAnswer, problemAnswer } from '#testing';
import { commands } from './commands.js';
import { AGENT, env, ORDER, order } from './order.fixture.js';
import { run } from './run.js';

const estop = commandLine((line, terminal) => run(line, { commands, terminal }), {
  answer: () => jsonAnswer({}),
  env,
});
const yaml = `name: deploy-rate
target: { agent: ${AGENT} }
mode: enforce
rules:
  - when: { intents: { over: 500, per: hour } }
    then: halt
`;
const files = { 'deploy-rate.yaml': yaml };
const document = {
  ...{ name: 'deploy-rate', target: { agent: AGENT }, mode: 'enforce' },
  rules: [{ when: { intents: { over: 500, per: 'hour', direction: 'send' } }, then: 'halt' }],
  ...{ max_stops_per_minute: 10, cooldown_seconds: 60 },
};
const at = '2026-01-31T03:00:00.000Z';
const policy = {
  ...{ org_id: 'acme', name: 'deploy-rate', document, version: 42, set_at: at },
  set_by: { ...order.actor },
};
const report = {
  ...{ ok: true, changed: true, dry_run: false, policy, warnings: [] as object[], confirm: null },
  watches: { agents: 1, sample: [AGENT] },
  ...{ effective: { acked: 2, of: 2 }, missing: [] as object[] },
};
const restriction = {
  ...{ address: AGENT, policy: 'pace', rule: 0, breach_id: 'breach_aaaaaaaaaaaaaaaaaaaa' },
  ...{ per_second: 0.5, until: '2026-01-31T04:00:00.000Z' },
};
const answering = (body: object) => ({ answer: () => jsonAnswer(body), files });

describe('policy set', () => {
  it('sends what the file says, JSON or YAML', async () => {
    const { code, seen, out } = await estop(
      ['policy', 'set', 'deploy-rate.yaml'],
      answering(report),
    );
    expect([code, seen[0]?.method, seen[0]?.path]).toEqual([
      ...[0, 'PUT', '/v1/mesh/policies/deploy-rate'],
    ]);
    expect(seen[0]?.body).toMatchObject({ mode: 'enforce', target: { agent: AGENT } });
    expect(out).toContain('deploy-rate is set, mode enforce.');
    expect(out).toContain('rules.0  when intents over 500, per hour, direction send: halt');
    const json = { 'p.json': JSON.stringify({ name: 'p', preset: 'batch', target: {} }) };
    const sent = await estop(['policy', 'set', 'p.json'], { ...answering(report), files: json });
    expect(sent.seen[0]?.body).toEqual({ name: 'p', preset: 'batch', target: {} });
  });

  it('changes the mode, looks only in a dry run, and is 4 where a gateway has not got it', async () => {
    const line = ['policy', 'set', 'deploy-rate.yaml', '--mode', 'warn', '--dry-run'];
    const missing = [{ gateway: 'eu-west-1', region: 'eu-west' }];
    const planned = { ...report, dry_run: true, effective: undefined, confirm: 'acme' };
    const dry = await estop(line, answering(planned));
    expect([dry.seen[0]?.query, dry.seen[0]?.body]).toMatchObject([
      { dry_run: 'true' },
      { mode: 'warn' },
    ]);
    expect(dry.out).toContain('would be set');
    expect(dry.out).toContain('every agent of acme');
    const late = await estop(
      ['policy', 'set', 'deploy-rate.yaml'],
      answering({ ...report, missing }),
    );
    expect([late.code, late.out.includes('No word yet from eu-west-1')]).toEqual([4, true]);
  });

  it('asks for the name of the org where every agent of it may be stopped', async () => {
    const code = 'confirmation_required';
    const error = { code, message: 'wide', details: { confirm: 'acme', agents: 21 } };
    const wide = (request: { body: unknown }) =>
      (request.body as { confirm?: string }).confirm === 'acme'
        ? jsonAnswer(report)
        : problemAnswer(422, code, { error });
    const line = ['policy', 'set', 'deploy-rate.yaml'];
    const typed = await estop(line, { answer: wide, files, typed: ['acme'] });
    expect([typed.code, typed.seen.length]).toEqual([0, 2]);
    expect(typed.err).toContain('stop every agent of acme (21 now)');
    expect((await estop(line, { answer: wide, files, typed: ['yes'] })).code).toBe(2);
    expect((await estop(line, { answer: wide, files })).code).toBe(2);
    const said = await estop([...line, '--confirm', 'acme'], { answer: wide, files });
    expect([said.code, said.seen.length]).toEqual([0, 1]);
    expect((await estop([...line, '--confirm', 'beta'], { answer: wide, files })).code).toBe(1);
  });

  it.each([
    ['no such file', {}, 'there is no file deploy-rate.yaml'],
    ['a file that is no YAML', { 'deploy-rate.yaml': 'name: [' }, 'line 1'],
    ['a list', { 'deploy-rate.yaml': '- 1' }, 'holds no policy'],
    ['no name', { 'deploy-rate.yaml': 'mode: warn' }, 'has no name'],
    ['a key twice', { 'deploy-rate.yaml': 'name: a\nname: b' }, 'line 2'],
  ])('says what is wrong with %s, and sends nothing', async (_what, given, words) => {
    const line = ['policy', 'set', 'deploy-rate.yaml'];
    const { code, err, seen } = await estop(line, { ...answering(report), files: given });
    expect([code, seen]).toEqual([2, []]);
    expect(err).toContain(words);
  });
});

describe('policy lint', () => {
  it('names the line of each finding, and is 1 where the policy cannot be set', async () => {
    const findings = [
      { level: 'error', code: 'invalid_field', path: 'rules.0.then', message: 'is not known' },
      { level: 'warning', code: 'names_nothing', path: 'target', message: 'nobody' },
    ];
    const answer = answering({ ok: true, valid: false, findings, watches: null });
    const { code, out } = await estop(['policy', 'lint', 'deploy-rate.yaml'], answer);
    expect(code).toBe(1);
    expect(out).toContain('rules.0.then (line 6): is not known');
    expect(out).toContain('target (line 2): nobody');
    expect(out).toContain('It cannot be set.');
  });

  it('is 0 where there is nothing to object to', async () => {
    const answer = answering({ ok: true, valid: true, findings: [], watches: null });
    const { code, out } = await estop(['policy', 'lint', 'deploy-rate.yaml'], answer);
    expect([code, out]).toEqual([0, 'Nothing to object to.']);
  });
});

describe('policy test', () => {
  const tested = {
    ...{ ok: true, since: at, recorded_from: null, until: '2026-01-31T03:05:00.000Z' },
    ...{ events: 1200, agents: 3, fired: 1, remarks: ['one event could not be read'] },
    saved: { cost_usd: 12.3, intents: 340 },
    firings: [
      {
        ...{ rule: 0, address: AGENT, at, action: 'halt', times: 2 },
        evidence: { says: '501 intents sent in an hour' },
        saved: { cost_usd: 12.3, intents: 340 },
      },
    ],
  };

  it('asks about the time before now, and tells when it would have fired', async () => {
    const line = ['policy', 'test', 'deploy-rate.yaml', '--since', '2d'];
    const { code, seen, out } = await estop(line, answering(tested));
    expect([code, seen[0]?.body]).toMatchObject([
      0,
      { policy: { name: 'deploy-rate' }, since: '2026-01-29T03:05:00.000Z', timeout_ms: 30_000 },
    ]);
    expect(out).toContain('501 intents sent in an hour');
    expect(out).toContain('it would have saved 12.30 USD and 340 intents');
    expect(out).toContain('one event could not be read');
  });

  it('takes the name of a policy that is set', async () => {
    const { seen } = await estop(['policy', 'test', 'pace'], answering({ ...tested, fired: 0 }));
    expect(seen[0]?.body).toMatchObject({ name: 'pace', since: '2026-01-24T03:05:00.000Z' });
  });
});

describe('policy preset, list, show, remove and lift', () => {
  it('sets a policy by a word for whom is named', async () => {
    const line = [
      'policy',
      'preset',
      'cautious',
      '--target',
      'tag:new@acme/staging',
      '--mode',
      'warn',
    ];
    const { code, seen } = await estop(line, answering(report));
    expect([code, seen[0]?.path, seen[0]?.body]).toEqual([
      ...[0, '/v1/mesh/policies/cautious'],
      { preset: 'cautious', target: { tag: 'new', namespace: 'acme/staging' }, mode: 'warn' },
    ]);
    expect((await estop(['policy', 'preset', 'cautios'])).err).toContain('not a preset');
    expect((await estop(['policy', 'preset', 'batch'])).err).toContain('whom is it to watch?');
  });

  it('lists and shows', async () => {
    const list = await estop(
      ['policy'],
      answering({ ok: true, policies: [policy], next_cursor: null }),
    );
    expect(list.out).toMatch(
      /deploy-rate +enforce +agent:\/\/acme\/production\/email-campaign +halt/,
    );
    const shown = { ...policy, watches: report.watches, restricts: [restriction] };
    const show = await estop(
      ['policy', 'show', 'deploy-rate'],
      answering({ ok: true, policy: shown }),
    );
    expect(show.out).toContain('at most 0.5 acts per second until 2026-01-31 04:00:00.000 UTC');
  });

  it('removes, and says who is free of it', async () => {
    const gone = {
      ok: true,
      changed: true,
      dry_run: false,
      org_id: 'acme',
      name: 'pace',
      freed: 2,
    };
    const { code, out, seen } = await estop(['policy', 'remove', 'pace'], answering(gone));
    expect([code, seen[0]?.method]).toEqual([0, 'DELETE']);
    expect(out).toBe('pace is removed; 2 agents it restricted are free of it.');
  });

  it('lifts what a policy left, with a reason', async () => {
    const lifted = { ok: true, changed: true, address: AGENT, lifted: [restriction] };
    const answer = answering({ ...lifted, effective: { acked: 2, of: 2 }, missing: [] });
    expect((await estop(['policy', 'lift', 'pace', AGENT], answer)).code).toBe(2);
    const line = ['policy', 'lift', 'pace', AGENT, '--reason', 'paid'];
    const { code, seen, out } = await estop(line, answer);
    expect([code, seen[0]?.path, seen[0]?.body]).toEqual([
      ...[0, '/v1/mesh/policies/pace/lift'],
      { agent: AGENT, reason: 'paid' },
    ]);
    expect(out).toContain('at most 0.5 acts per second');
  });

  it('shows what an agent would be freed of, and frees nobody', async () => {
    const other = { ...restriction, policy: 'other' };
    const restricted = { agent: { address: AGENT }, restricted_by: [restriction, other] };
    const line = ['policy', 'lift', 'pace', AGENT, '--dry-run'];
    const { code, seen, out } = await estop(line, answering(restricted));
    expect([code, seen.map(({ method }) => method)]).toEqual([0, ['GET']]);
    expect(out).toContain('at most 0.5 acts per second');
    expect(out).not.toContain('other');
  });
});

describe('why', () => {
  it('tells the breach of a policy, and what policies left the agent', async () => {
    const breach = {
      ...{ breach_id: restriction.breach_id, policy: 'deploy-rate', version: 42, rule: 0, at },
      ...{ address: AGENT, outcome: 'stop' },
      evidence: {
        ...{ condition: 'intents', measured: 501, limit: 500, window: 'per hour' },
        ...{ samples: null, subject: null, says: '501 intents sent in an hour' },
      },
    };
    const held = {
      ...{ order_id: ORDER, mode: 'halt', selector: { agent: AGENT }, scope: AGENT, since: at },
      ...{ reason: null, actor: order.actor, expires_at: null, breach },
    };
    const agent = { address_id: 'addr_x', address: AGENT, health_status: 'killed' };
    const why = { ok: true, agent, registered: true, held: true, mode: 'halt', held_by: [held] };
    const { out } = await estop(
      ['why', AGENT],
      answering({ ...why, restricted_by: [restriction] }),
    );
    expect(out).toContain(
      `${ORDER}  policy deploy-rate, rules.0, 2026-01-31 03:00:00.000 UTC: 501 intents sent in an hour (501, limit 500, per hour)`,
    );
    expect(out).toContain('by pace rules.0');
  });
});
