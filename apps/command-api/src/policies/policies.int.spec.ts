import { claimNatsAccount } from '#testing';
import { ExampleMesh, type Answer } from '../example/example-mesh.js';

const DEPLOYER = 'agent://acme/production/deployer';
const rule = { when: { intents: { over: 500, per: 'hour', direction: 'send' } }, then: 'halt' };
const policy = { target: { agent: DEPLOYER }, mode: 'enforce', rules: [rule] };

describe('policies', () => {
  let mesh: ExampleMesh;
  let key: string;
  beforeAll(async () => {
    mesh = await ExampleMesh.start({ nats: await claimNatsAccount() });
    const admin = await mesh.key({ roles: ['admin'], meshWide: true });
    for (const [org_id, workspace_id, name] of [
      ['acme', 'production', 'deployer'],
      ['acme', 'production', 'mailer'],
      ['acme', 'staging', 'staged'],
      ['globex', 'main', 'theirs'],
    ]) {
      await mesh.call(admin, 'POST /v1/service-accounts', { org_id, workspace_id, name });
    }
    const tagged = `PATCH /v1/mesh/agents/${encodeURIComponent(DEPLOYER)}`;
    await mesh.call(admin, tagged, { tags: ['deploys'] });
    await mesh.addGateway('us-east-1', 'us-east');
    key = await mesh.key({ roles: ['platform'] });
  }, 20_000);
  afterAll(() => mesh.stop());

  const set = (name: string, body: object, more = ''): Promise<Answer> =>
    mesh.call(key, `PUT /v1/mesh/policies/${name}${more}`, body);
  const fieldsOf = ({ body }: Answer): string[] =>
    (body as { error: { details: { fields: { path: string }[] } } }).error.details.fields.map(
      ({ path }) => path,
    );

  it('is set as a whole, and answered when every gateway has it', async () => {
    const answer = await set('deploy-rate', { name: 'deploy-rate', ...policy });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        ok: true,
        changed: true,
        dry_run: false,
        policy: {
          org_id: 'acme',
          name: 'deploy-rate',
          document: { ...policy, cooldown_seconds: 60, max_stops_per_minute: 10 },
          set_by: { kind: 'operator', name: 'platform' },
        },
        watches: { agents: 1, sample: [DEPLOYER] },
        confirm: null,
        effective: { acked: 1, of: 1 },
        missing: [],
      },
    });
    const again = await set('deploy-rate', policy);
    expect(again.body).toMatchObject({ ok: true, changed: false });
    const shown = await mesh.call(key, 'GET /v1/mesh/policies/deploy-rate');
    expect(shown.body).toMatchObject({ policy: { name: 'deploy-rate', restricts: [] } });
    const listed = await mesh.call(key, 'GET /v1/mesh/policies?limit=1');
    expect(listed.body).toMatchObject({ policies: [{ name: 'deploy-rate' }], next_cursor: null });
  });

  it('is removed, once', async () => {
    await set('short', policy);
    const planned = await mesh.call(key, 'DELETE /v1/mesh/policies/short?dry_run=true');
    expect(planned.body).toMatchObject({ changed: true, dry_run: true });
    const removed = await mesh.call(key, 'DELETE /v1/mesh/policies/short');
    expect(removed).toMatchObject({ status: 200, body: { changed: true, freed: 0 } });
    const again = await mesh.call(key, 'DELETE /v1/mesh/policies/short');
    expect(again).toMatchObject({ status: 200, body: { changed: false } });
    expect((await mesh.call(key, 'GET /v1/mesh/policies/short')).status).toBe(404);
    expect((await mesh.call(key, 'DELETE /v1/mesh/policies/never')).status).toBe(404);
  });

  it('shows in a dry run what would come of it, and sets nothing', async () => {
    const answer = await set('dry', policy, '?dry_run=true');
    expect(answer.body).toMatchObject({ changed: true, dry_run: true, policy: { version: null } });
    expect((await mesh.call(key, 'GET /v1/mesh/policies/dry')).status).toBe(404);
  });

  it.each<[string, object, string[]]>([
    ['an unknown key', { ...policy, cooldwn: 1 }, ['cooldwn']],
    [
      'an unknown key within a rule',
      { ...policy, rules: [{ ...rule, when: { intents: { over: 1, per: 'hour', dir: 'x' } } }] },
      ['rules.0.when.intents.dir'],
    ],
    ['no rule at all', { target: policy.target }, ['']],
    ['rules and a preset', { ...policy, preset: 'batch' }, ['']],
    [
      'two conditions',
      { ...policy, rules: [{ ...rule, when: { ...rule.when, burst: {} } }] },
      ['rules.0.when'],
    ],
    ['another name than that of the path', { ...policy, name: 'other' }, ['name']],
    [
      'a negative limit',
      { ...policy, rules: [{ when: { cost_usd: { over: -1, per: 'day' } }, then: 'halt' }] },
      ['rules.0.when.cost_usd.over'],
    ],
  ])('refuses %s and names its place', async (_what, body, paths) => {
    const answer = await set('bad', body);
    expect([answer.status, fieldsOf(answer)]).toEqual([422, paths]);
    expect((await mesh.call(key, 'GET /v1/mesh/policies/bad')).status).toBe(404);
  });

  const yaml = `target: { agent: ${DEPLOYER} }\nmode: warn\nrules:\n  - when: { tools: { deny: [shell.*] } }\n    then: block\n`;
  const written = (route: string, text: string, type = 'application/yaml') =>
    mesh.call(key, route, text, { headers: { 'content-type': type } });

  it.each(['application/yaml', 'text/yaml; charset=utf-8'])('is read as %s', async (type) => {
    const answer = await written('PUT /v1/mesh/policies/written', yaml, type);
    expect(answer).toMatchObject({
      status: 200,
      body: { policy: { document: { mode: 'warn', rules: [{ then: 'block' }] } } },
    });
  });

  it('in YAML with a mistake is refused with its line, and YAML elsewhere is not read at all', async () => {
    const bad = await written('PUT /v1/mesh/policies/written', 'mode: [');
    expect([bad.status, JSON.stringify(bad.body)]).toEqual([
      400,
      expect.stringContaining('line 1'),
    ]);
    const bombs = [
      'a: &a [x,x]',
      'b: &b [*a,*a,*a]',
      ...Array.from({ length: 9 }, (_, n) => {
        const [from, to] = [String.fromCharCode(98 + n), String.fromCharCode(99 + n)];
        return `${to}: &${to} [*${from},*${from},*${from}]`;
      }),
    ];
    const bomb = await written('PUT /v1/mesh/policies/written', bombs.join('\n'));
    expect(bomb.status).toBe(400);
    const deep = `${'['.repeat(200)}${']'.repeat(200)}`;
    expect((await written('PUT /v1/mesh/policies/written', deep)).status).toBe(400);
    expect((await written('POST /v1/mesh/stops', 'mode: halt')).status).toBe(415);
  });

  it('takes a word for its rules', async () => {
    const answer = await set('mail', { preset: 'cautious', target: { tag: 'mails' } });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        policy: { document: { mode: 'shadow', target: { tag: 'mails' } } },
        warnings: [{ level: 'warning', code: 'names_nothing', path: 'target' }],
      },
    });
    const presets = await mesh.call(key, 'GET /v1/mesh/policy-presets');
    expect(presets.body).toMatchObject({
      presets: [{ preset: 'cautious' }, { preset: 'payments' }, { preset: 'batch' }],
    });
  });

  it('asks for the name of the org before it may stop every agent of it', async () => {
    const wide = { ...policy, target: { org: 'acme' } };
    expect(await set('wide', wide)).toMatchObject({
      status: 422,
      body: { error: { code: 'confirmation_required', details: { confirm: 'acme', agents: 3 } } },
    });
    expect((await set('wide', { ...wide, confirm: 'yes' })).status).toBe(422);
    expect((await set('wide', wide, '?dry_run=true')).body).toMatchObject({ confirm: 'acme' });
    expect((await set('wide', { ...wide, mode: 'shadow' })).status).toBe(200);
    const telling = { ...wide, rules: [{ ...rule, then: 'alert' }] };
    expect((await set('wide', telling)).status).toBe(200);
    expect((await set('wide', { ...wide, confirm: 'acme' })).status).toBe(200);
    await mesh.call(key, 'DELETE /v1/mesh/policies/wide');
  });

  it('stays within the caller’s org, and within its workspace', async () => {
    const theirs = { ...policy, target: { agent: 'agent://globex/main/theirs' } };
    expect((await set('spy', theirs)).status).toBe(404);
    expect((await set('spy', policy, '?org_id=globex')).status).toBe(404);
    const narrow = await mesh.key({ roles: ['platform'], workspaceOnly: true });
    const put = 'PUT /v1/mesh/policies/narrow';
    const ofOrg = { ...policy, target: { tag: 'deploys' } };
    expect((await mesh.call(narrow, put, ofOrg)).status).toBe(403);
    expect((await mesh.call(narrow, put, policy)).status).toBe(200);
    await set('wider', ofOrg);
    expect((await mesh.call(narrow, 'GET /v1/mesh/policies/wider')).status).toBe(200);
    expect((await mesh.call(narrow, 'PUT /v1/mesh/policies/wider', policy)).status).toBe(403);
    expect((await mesh.call(narrow, 'DELETE /v1/mesh/policies/wider')).status).toBe(403);
    const admin = await mesh.key({ roles: ['admin'], meshWide: true });
    expect((await mesh.call(admin, 'PUT /v1/mesh/policies/far', theirs)).status).toBe(422);
    const far = await mesh.call(admin, 'PUT /v1/mesh/policies/far?org_id=globex', theirs);
    expect(far).toMatchObject({ status: 200, body: { policy: { org_id: 'globex' } } });
    expect((await mesh.call(key, 'GET /v1/mesh/policies/far')).status).toBe(404);
    expect(JSON.stringify((await mesh.call(key, 'GET /v1/mesh/policies')).body)).not.toContain(
      'globex',
    );
  });

  it('is looked over without being set', async () => {
    const lint = (body: unknown) => mesh.call(key, 'POST /v1/mesh/policies/lint', body);
    expect((await lint(policy)).body).toMatchObject({
      valid: true,
      findings: [],
      watches: { agents: 1 },
    });
    const twice = { ...policy, rules: [rule, rule] };
    expect((await lint(twice)).body).toMatchObject({
      valid: true,
      findings: [{ level: 'warning', code: 'shadowed', path: 'rules.1' }],
    });
    expect((await lint({ ...policy, mode: 'enforced', color: 'red' })).body).toMatchObject({
      valid: false,
      findings: [{ path: 'mode' }, { path: 'color', code: 'invalid_field' }],
      watches: null,
    });
    const theirs = { ...policy, target: { org: 'globex' } };
    expect((await lint(theirs)).body).toMatchObject({ valid: false, watches: { agents: 0 } });
  });

  it('says that nobody can try it where no evaluator runs', async () => {
    const since = '2026-01-01T00:00:00Z';
    const test = (body: object) => mesh.call(key, 'POST /v1/mesh/policies/test', body);
    expect(await test({ policy, since })).toMatchObject({
      status: 503,
      body: { error: { code: 'evaluator_unavailable' } },
    });
    expect((await test({ name: 'never', since })).status).toBe(404);
    expect((await test({ since })).status).toBe(422);
    expect((await test({ policy, since: '2126-01-01T00:00:00Z' })).status).toBe(422);
  });
});
