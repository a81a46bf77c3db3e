import {
  commandLine,
  jsonAnswer,
  problemAnswer,
  type FakeAnswer,
  type LineSetting,
} from '#testing';
import { commands } from './commands.js';
import {
  acked,
  AGENT,
  credentials,
  env,
  halfway,
  KEY,
  mesh,
  missing,
  order,
  ORDER,
} from './order.fixture.js';
import { run } from './run.js';

const estop = commandLine((line, terminal) => run(line, { commands, terminal }), {
  answer: () => jsonAnswer(order),
  env,
});

const local: LineSetting = {
  env: {},
  files: { '.estop/credentials.json': credentials, '.estop/mesh.json': mesh },
};

describe('exit codes', () => {
  it('0 when it is contained', async () => expect((await estop(['halt', AGENT])).code).toBe(0));

  it('4 when a gateway is missing', async () =>
    expect((await estop(['halt', AGENT], { answer: () => jsonAnswer(halfway, 202) })).code).toBe(
      4,
    ));

  it('4 when there is no gateway at all', async () => {
    const nothing = { ...order, effective: { acked: 0, of: 0 }, gateways: [] };
    expect((await estop(['halt', AGENT], { answer: () => jsonAnswer(nothing) })).code).toBe(4);
  });

  it('4 when every gateway has applied it, and containment is not proven', async () => {
    const answer = () => jsonAnswer({ ...order, contained: false, state: 'effective' }, 202);
    expect((await estop(['halt', AGENT, '--wait', 'contained'], { answer })).code).toBe(4);
    expect((await estop(['halt', AGENT], { answer })).code).toBe(4);
    expect((await estop(['halt', AGENT, '--wait', 'effective'], { answer })).code).toBe(0);
  });

  it('0 when a gateway is fenced, for nothing passes there', async () => {
    const gateways = [acked, { ...missing, state: 'fenced' }];
    const answer = () => jsonAnswer({ ...order, effective: { acked: 1, of: 2 }, gateways });
    expect((await estop(['halt', AGENT, '--wait', 'contained'], { answer })).code).toBe(0);
  });

  it('0 with --wait committed or none though a gateway is missing', async () => {
    const answer = () => jsonAnswer(halfway, 202);
    expect((await estop(['halt', AGENT, '--wait', 'committed'], { answer })).code).toBe(0);
    expect((await estop(['halt', AGENT, '--wait', 'none'], { answer })).code).toBe(0);
  });

  it.each([
    [401, 'key_revoked', 3],
    [403, 'forbidden', 3],
    [404, 'not_found', 1],
    [409, 'held_by_wider_stop', 1],
    [422, 'invalid_field', 1],
  ])('%s %s is %s', async (status, code, exit) => {
    const result = await estop(['halt', AGENT], { answer: () => problemAnswer(status, code) });
    expect(result.code).toBe(exit);
    expect(result.err).toContain(code);
    expect(result.out).toBe('');
  });

  it('1 when nothing answers, and says that nothing is known to be stopped', async () => {
    const answer = () => {
      throw new TypeError('fetch failed');
    };
    const result = await estop(['why', AGENT], { answer });
    expect(result.code).toBe(1);
    expect(result.err).toContain('Nothing is known to be stopped or changed');
  });
});

describe('usage', () => {
  it.each([
    [['hatl', AGENT], 'Did you mean "estop halt"?'],
    [['order'], 'Did you mean "estop orders"?'],
    [['orders', 'lfit', ORDER], 'Did you mean "estop orders lift"?'],
    [['frobnicate'], 'See "estop help".'],
    [['halt', AGENT, '--raeson', 'x'], 'Did you mean --reason?'],
    [['halt', AGENT, '--reason'], 'reason'],
    [['halt'], 'It is used like this: estop halt TARGET'],
    [['halt', AGENT, 'extra'], 'halt does not take "extra"'],
    [['halt', 'Agent://acme/p/X'], 'Names are in lower case.'],
    [['halt', 'agent://acme/*/x'], 'not a target'],
    [['halt', 'tag:a@b'], 'not a target'],
    [['halt', AGENT, '--expires-in', '10'], '500ms, 2s, 10m'],
    [['halt', AGENT, '--timeout', '2m'], '30s at most'],
    [['halt', AGENT, '--wait', 'forever'], 'effective, committed, contained, none'],
    [['drill'], 'It is used like this: estop drill TARGET'],
    [['drill', ORDER], 'an order cannot be stopped'],
    [['drill', AGENT, '--timeout', '1m'], '30s at most'],
    [['doctor', '--challenge', 'short'], 'without a value one is made'],
    [['doctor', '--chalenge'], 'Did you mean --challenge?'],
    [['keys', 'rotate', '--gateway', 'a', '--node', 'b'], 'not both'],
    [['keys', 'rotate', '--gateway', 'EU'], 'See "estop doctor"'],
    [['org', 'set', 'acme'], 'Add --two-person-lift on'],
    [['org', 'set', 'acme', '--two-person-lift', 'yes'], 'neither on nor off'],
    [['org', 'set', '--two-person-lift', 'on'], 'which org?'],
    [['ns', 'set', 'acme', '--on-fence', 'deny'], 'It is org/workspace'],
    [['ns', 'set', 'acme/staging', '--on-fence', 'open'], 'Add --on-fence deny'],
    [['ns', 'set', 'acme/staging', '--on-fence', 'allow'], 'add --yes'],
    [['log', 'restored', '--old', 'a'], '--new is needed'],
    [['halt', AGENT, '--capability', 'email'], 'intent:GLOB'],
    [['halt', AGENT, '--url', 'gateway:4600'], 'not the address of a gateway'],
    [['halt', 'email-campaign'], 'set ESTOP_ORG and ESTOP_WORKSPACE'],
    [['why', 'ns:acme/production'], 'one agent is needed'],
    [['orders', '--limit', 'ten'], 'whole number'],
    [['resume', AGENT], 'a resume needs its reason'],
    [['keys', 'create', 'ada', '--org', 'acme'], 'a key needs a role'],
    [['keys', 'revoke', KEY], 'not the key itself'],
  ])('%j is 2, and says what to type', async (line, hint) => {
    const result = await estop(line);
    expect([result.code, result.seen, result.out]).toEqual([2, [], '']);
    expect(result.err).toContain(hint);
  });

  it('says so where no mesh and no key are known', async () => {
    const result = await estop(['status'], { env: {} });
    expect(result.code).toBe(2);
    expect(result.err).toContain('estop up');
  });

  it('words an error as JSON for programs', async () => {
    const result = await estop(['halt', AGENT, '--json'], {
      answer: () => problemAnswer(403, 'forbidden'),
    });
    expect(JSON.parse(result.err)).toMatchObject({
      error: { code: 'forbidden', status: 403 },
      exit_code: 3,
    });
  });
});

describe('help', () => {
  it('has every command, with an example that begins with it', async () => {
    const { out, code } = await estop([]);
    expect(code).toBe(0);
    for (const command of commands) {
      expect(out).toContain(command.name);
      const help = (await estop([...command.name.split(' '), '--help'])).out;
      expect(help).toContain(command.summary);
      const names = [command.name, command.name.replace(' list', ''), ...(command.aliases ?? [])];
      for (const example of command.examples)
        expect(names.some((name) => example.startsWith(`estop ${name}`))).toBe(true);
    }
  });

  it('of a group has all its verbs', async () =>
    expect((await estop(['orders', '--help'])).out).toContain('estop orders lift ORDER'));
});

describe('whom and where', () => {
  it('takes the mesh of this directory: its gateways, its keys, its workspace', async () => {
    const { seen, code } = await estop(['halt', 'email-campaign'], local);
    expect(code).toBe(0);
    expect(seen[0]).toMatchObject({
      origin: 'http://gateway.test:4600',
      headers: { 'x-api-key': 'operator-key' },
      body: { mode: 'halt', selector: { agent: AGENT }, wait: 'contained' },
    });
  });

  it('takes the admin key only for what needs it', async () => {
    const answer = () =>
      jsonAnswer({ ok: true, service_account: {}, key: { key_id: 'k', token: 't' } });
    const { seen } = await estop(['agents', 'add', 'billing'], { ...local, answer });
    expect(seen[0]?.headers['x-api-key']).toBe('admin-key');
    expect(seen[0]?.body).toEqual({ org_id: 'acme', workspace_id: 'production', name: 'billing' });
  });

  it('asks the next gateway when one is silent', async () => {
    const answer: FakeAnswer = ({ origin }) => {
      if (origin.includes('gateway')) throw new TypeError('fetch failed');
      return jsonAnswer(order);
    };
    const { seen, code } = await estop(['halt', AGENT], { ...local, answer });
    expect([code, seen.at(-1)?.origin]).toEqual([0, 'http://command.test:4700']);
  });

  it('never puts the workspace of the local mesh under a key from elsewhere', async () => {
    const env = { ESTOP_API_KEY: KEY };
    expect((await estop(['halt', 'email-campaign'], { ...local, env })).code).toBe(2);
  });

  it.each([
    [['tag:mail'], { tag: 'mail' }],
    [['tag:mail@acme/production'], { tag: 'mail', namespace: 'acme/production' }],
    [['ns:acme/production', '--yes'], { namespace: 'acme/production' }],
    [['org:acme', '--yes'], { org: 'acme' }],
    [['agent://acme/email'], { agent: 'agent://acme/email' }],
    [[AGENT, '--capability', 'intent:email.*'], { agent: AGENT, capability: 'intent:email.*' }],
  ])('reads %j as a selector', async (words, selector) =>
    expect((await estop(['halt', ...words])).seen[0]?.body).toMatchObject({ selector }),
  );

  it('looks up an address id first', async () => {
    const answer: FakeAnswer = ({ method }) =>
      jsonAnswer(method === 'GET' ? { ok: true, agent: { address: AGENT } } : order);
    const { seen } = await estop(['kill', 'addr_abcdefghijklmnopqrst'], { answer });
    expect(seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /v1/mesh/agents/addr_abcdefghijklmnopqrst',
      'POST /v1/mesh/stops',
    ]);
    expect(seen[1]?.body).toMatchObject({ selector: { agent: AGENT } });
  });

  it('sends what the flags say', async () => {
    const flags = [
      '--reason',
      'odd',
      '--expires-in',
      '10m',
      '--timeout',
      '2s',
      '--drain-for',
      '90s',
    ];
    expect((await estop(['drain', AGENT, ...flags])).seen[0]?.body).toEqual({
      mode: 'drain',
      selector: { agent: AGENT },
      reason: 'odd',
      expires_in: 600,
      timeout_ms: 2000,
      drain_seconds: 90,
      wait: 'contained',
    });
  });
});
