import type { AuditEntry } from '#contracts';
import { FakeFetch, FakeTerminal, jsonAnswer } from '#testing';
import { commands } from './commands.js';
import { AGENT, KEY, order, ORDER, record } from './order.fixture.js';
import { run } from './run.js';

const estop = async (line: readonly string[], body: object) => {
  const server = new FakeFetch(() => jsonAnswer(body));
  const env = { ESTOP_API_KEY: KEY, ESTOP_URL: 'http://gateway.test:4600' };
  const terminal = new FakeTerminal({ env, fetch: server.fetch });
  const code = await run(line, { commands, terminal });
  return { code, out: terminal.output.join('\n'), seen: server.seen };
};

const entry = (more: object): AuditEntry =>
  ({
    ...{ stream: 'CONTROL', sequence: 42, event_id: 'e', type: 'StopOrdered', event_type: null },
    ...{ at: '2026-01-31T03:00:12.345Z', org: 'acme', workspace: 'production', address: AGENT },
    ...{ order_id: ORDER, reason: null, correlation_id: 'c', details: {}, refused: null },
    actor: { kind: 'operator', id: '0123456789abcdef', via: 'http', name: 'ada' },
    ...more,
  }) as AuditEntry;
const gateway = { kind: 'gateway', id: 'us-east-1', via: 'gateway', name: null };
const ordered = entry({
  reason: 'broken link',
  details: { mode: 'halt', selector: { agent: AGENT }, drain_until: null, expires_at: null },
});
const applied = entry({
  ...{ stream: 'ACTIVITY', sequence: 7, type: 'StopApplied', actor: gateway },
  at: '2026-01-31T03:00:12.350Z',
  details: {
    ...{ gateway: 'us-east-1', region: 'us-east', applied_after_ms: 2.13 },
    ...{ cut: { streams: 1, calls: 0 }, before: record.receipts[0]?.before },
  },
});
const listed = { ok: true, entries: [applied, ordered], next_cursor: null };
const detailsOf = async (more: object): Promise<string> => {
  const { out } = await estop(['audit', 'list'], { ...listed, entries: [entry(more)] });
  return (out.split('\n')[1] ?? '').split(/ {2,}/).at(-1) ?? '';
};

describe('audit list', () => {
  it('tells an order newest first: who, by name, what in words, and each gateway’s refusals in one line', async () => {
    const answer = { ...listed, refusals: record.refusals };
    const { out, seen } = await estop(['audit', 'list', '--order', ORDER], answer);
    expect(seen[0]?.query).toMatchObject({ order_id: ORDER });
    expect(out.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['AT', 'EVENT', 'BY', 'LOG', 'DETAILS'],
      [
        ...['2026-01-31 03:00:12.600 UTC', 'refused', 'gateway us-east-1', 'ACTIVITY'],
        'us-east-1 refused 214 × intent.send from 03:00:12.600 to 03:00:15.400',
      ],
      [
        ...['2026-01-31 03:00:12.350 UTC', 'StopApplied', 'gateway us-east-1', 'ACTIVITY 7'],
        'us-east-1 (us-east) applied after 2.1 ms, cut 1 stream, ' +
          'last out 03:00:12.301 intent.send intent.email.send.v1, 47 in the hour before',
      ],
      [
        ...['2026-01-31 03:00:12.345 UTC', 'StopOrdered', 'operator "ada" (0123456789abcdef)'],
        ...['CONTROL 42', `halt ${AGENT}; "broken link"`],
      ],
    ]);
  });

  it('asks for single refusals with --refusals, and does not sum them up beside that', async () => {
    const answer = { ...listed, refusals: record.refusals };
    const { out, seen } = await estop(['audit', 'list', '--order', ORDER, '--refusals'], answer);
    expect(seen[0]?.query).toMatchObject({ include: 'refusals' });
    expect(out).not.toContain('214');
  });

  it.each([
    [
      `resumed ${AGENT}; "fixed"`,
      { type: 'StopLifted', reason: 'fixed', details: { cause: 'operator' } },
    ],
    [`time is over for ${AGENT}`, { type: 'StopLifted', details: { cause: 'expiry' } }],
    [
      `refused, nobody signed it: resumed ${AGENT}; "fixed"`,
      {
        ...{ type: 'StopLifted', reason: 'fixed', refused: 'unsigned' },
        details: { cause: 'operator' },
      },
    ],
    [
      `refused, not signed by who may say it: resumed ${AGENT}`,
      { type: 'StopLifted', refused: 'forged', details: { cause: 'operator' } },
    ],
    [`the same stop again, ${AGENT}`, { type: 'StopRepeated' }],
    [
      `${AGENT} healthy -> degraded`,
      { type: 'HealthChanged', details: { from: 'healthy', to: 'degraded' } },
    ],
    [`${AGENT} tags none`, { type: 'AgentTagged', details: { tags: [] } }],
    [
      'key "ada" (k1), operator',
      {
        type: 'KeyIssued',
        address: null,
        details: { key_id: 'k1', holder: { name: 'ada', roles: ['operator'] } },
      },
    ],
    [
      'eu-1 boot 3, silent for 30000 ms',
      { type: 'GatewayRemoved', details: { gateway: 'eu-1', boot: 3, silent_for_ms: 30_000 } },
    ],
    [
      'eu-1 signs with key k2',
      { type: 'GatewayKeyRotated', details: { gateway: 'eu-1', key_id: 'k2' } },
    ],
    ['node-a signs with key k1', { type: 'NodeJoined', details: { node: 'node-a', key_id: 'k1' } }],
    [
      'node-a, silent for 30120 ms',
      { type: 'NodeRemoved', details: { node: 'node-a', silent_for_ms: 30_120 } },
    ],
    [
      `ada asks to resume ${ORDER}, until 2026-01-31 03:20:00.000 UTC; "fixed"`,
      {
        ...{ type: 'StopLiftRequested', address: null, reason: 'fixed' },
        details: { by: { id: 'ada' }, expires_at: '2026-01-31T03:20:00.000Z' },
      },
    ],
    [
      'bob confirms new for old',
      {
        type: 'LogRestored',
        details: { old: 'old', new: 'new', by: { id: 'bob' }, confirms: 'e1' },
      },
    ],
    [
      'ns:acme/production: 1 of 2 receipts, none from eu-1 (eu)',
      {
        type: 'DrillRun',
        details: {
          selector: { namespace: 'acme/production' },
          gateways: [
            { gateway: 'us-1', region: 'us', state: 'acked' },
            { gateway: 'eu-1', region: 'eu', state: 'missing' },
          ],
        },
      },
    ],
    [
      'acme: wide stops are lifted by two people',
      { type: 'OrganizationSettingsChanged', details: { org: 'acme', two_person_lift: true } },
    ],
    [
      'acme/staging: allow at a fenced gateway',
      {
        type: 'WorkspaceSettingsChanged',
        details: { org: 'acme', workspace: 'staging', on_fence: 'allow' },
      },
    ],
    [
      `eu-1 refused ${AGENT} 2 × guard tool:x (agent_killed)`,
      {
        type: 'DecisionsCounted',
        details: {
          gateway: 'eu-1',
          act: 'guard',
          count: 2,
          subject: 'tool:x',
          refused_by: 'agent_killed',
        },
      },
    ],
    ['acme', { type: 'SomethingNew', address: null, order_id: null, details: { org: 'acme' } }],
  ])('says %s', async (words, more) => expect(await detailsOf(more)).toBe(words));
});

describe('one order', () => {
  const shown = { ...order, record };

  it('is told with what went out before it and what was refused since', async () => {
    for (const line of [
      ['status', ORDER],
      ['orders', 'show', ORDER],
    ]) {
      const { out, code } = await estop(line, shown);
      expect(code).toBe(0);
      expect(out).toContain(
        `us-east-1  last 03:00:12.301 intent.send intent.email.send.v1 ${AGENT}; ` +
          '47 acts since 02:00:12.350, 30 in the last minute',
      );
      expect(out).toContain(
        'us-east-1 refused 214 × intent.send from 03:00:12.600 to 03:00:15.400',
      );
    }
  });

  it('says so while that is not known', async () =>
    expect((await estop(['status', ORDER], { ...order, record: null })).out).toContain(
      'What went out before is not known now',
    ));
});
