import { commandLine, jsonAnswer } from '#testing';
import { commands } from './commands.js';
import { env } from './order.fixture.js';
import { run } from './run.js';

const ID = '0192f3a4-0000-7000-8000-000000000000';
const subscription = {
  ...{ subscription_id: ID, owner_agent: null, callback_url: 'https://ops.example.com/estop' },
  ...{ event_types: ['stop.*'], active: true, description: null, org_id: 'acme' },
  ...{ created_at: '2026-01-31T03:00:00.000Z', updated_at: '2026-01-31T03:00:00.000Z' },
  ...{ revoked_at: null, secret_hint: 'BwcH', signing_secrets: 1, workspace_id: null },
  ...{ agent: null, format: 'standard' },
};
const estop = commandLine((line, terminal) => run(line, { commands, terminal }), {
  answer: () => jsonAnswer({ ok: true, subscription, secret: 'whsec_once' }),
  env,
});
const answering = (body: object) => ({ answer: () => jsonAnswer({ ok: true, ...body }) });

describe('estop webhooks', () => {
  it('lists them without secrets', async () => {
    const { out, code } = await estop(
      ['webhooks'],
      answering({ subscriptions: [subscription], next_cursor: null }),
    );
    expect(code).toBe(0);
    expect(out).toMatch(
      /https:\/\/ops\.example\.com\/estop +stop\.\* +acme +standard +1 …BwcH +active/,
    );
  });

  it('adds one and shows its secret once', async () => {
    const { out, code } = await estop(['webhooks', 'add', 'https://ops.example.com/estop']);
    expect([code, out]).toEqual([0, expect.stringContaining('whsec_once')]);
    expect(out).toContain(`estop webhooks test ${ID}`);
  });

  it('takes a secret from a variable only, and never shows it', async () => {
    const line = ['webhooks', 'add', 'https://x.example', '--secret-env', 'PD', '--dry-run'];
    const { out, code } = await estop(line, { env: { ...env, PD: 'routing-key' } });
    expect([code, out]).toEqual([0, expect.stringContaining('"secret": "(given)"')]);
    expect(out).not.toContain('routing-key');
    expect((await estop(line)).code).toBe(2);
  });

  it('refuses a format that there is not, and an id that is none', async () => {
    const wrong = ['webhooks', 'add', 'https://x.example', '--format', 'teams'];
    expect(await estop(wrong)).toMatchObject({ code: 2 });
    expect(await estop(['webhooks', 'remove', 'pager'])).toMatchObject({ code: 2 });
  });

  it('tells what came of each delivery', async () => {
    const attempts = [
      {
        ...{ attempt: 1, at: '2026-01-31T03:00:01.000Z', outcome: 'failed', status: 503 },
        ...{ problem: 'the receiver answered 503', took_ms: 12 },
      },
    ];
    const delivery = {
      ...{ delivery_id: ID, event_id: 'e1', event_type: 'stop.ordered', status: 'pending' },
      ...{ created_at: '2026-01-31T03:00:00.000Z', attempts },
      next_attempt_at: '2026-01-31T03:00:06.000Z',
    };
    const { out } = await estop(
      ['webhooks', 'deliveries', ID],
      answering({ deliveries: [delivery], next_cursor: null }),
    );
    expect(out).toMatch(/stop\.ordered +e1 +pending +1 +the receiver answered 503; next try/);
  });

  it('changes a secret without a gap', async () => {
    const two = { ...subscription, signing_secrets: 2 };
    const { out } = await estop(
      ['webhooks', 'rotate', ID],
      answering({ subscription: two, secret: 'whsec_new' }),
    );
    expect(out).toContain('signed with 2 secret(s)');
    expect(out).toContain('whsec_new');
  });
});

describe('estop webhooks alert', () => {
  const agent = 'agent://acme/production/payer';
  const line = ['webhooks', 'alert', agent, 'https://ops.example.com/estop'];

  it('tells a URL of the share of an agent’s caps that is spent', async () => {
    const told = { agent, threshold_pct: 90, budgets: 2, changed: true, secret: 'whsec_once' };
    const { code, out, seen } = await estop(
      [...line, '--at', '90'],
      answering({ ...told, subscription }),
    );
    expect(seen[0]).toMatchObject({
      method: 'PUT',
      body: { threshold_pct: 90, webhook_url: 'https://ops.example.com/estop' },
    });
    expect([code, out]).toEqual([0, expect.stringContaining('2 caps of')]);
    expect(out).toContain('whsec_once');
  });

  it('says that an agent without a cap is told of nothing', async () => {
    const told = { agent, threshold_pct: 80, budgets: 0, changed: true, secret: null };
    expect((await estop(line, answering({ ...told, subscription }))).out).toContain('no cap yet');
  });

  it('changes nothing when it is asked what it would do, or of a share that is none', async () => {
    const dry = await estop([...line, '--dry-run', '--json']);
    expect(JSON.parse(dry.out)).toMatchObject({ dry_run: true, request: { threshold_pct: 80 } });
    expect(dry.seen).toEqual([]);
    expect((await estop([...line, '--at', '0'])).code).toBe(2);
  });
});

describe('--dry-run', () => {
  const page = answering({ subscriptions: [subscription], next_cursor: null });

  it.each(['remove', 'rotate', 'test'])(
    'of %s shows the webhook and asks nothing',
    async (verb) => {
      const { code, out, seen } = await estop(['webhooks', verb, ID, '--dry-run'], page);
      expect([code, seen.map(({ method }) => method)]).toEqual([0, ['GET']]);
      expect(out).toContain('https://ops.example.com/estop');
    },
  );

  it('of a webhook that there is not is a mistake', async () => {
    const other = '0192f3a4-0000-7000-8000-000000000001';
    const { code } = await estop(['webhooks', 'remove', other, '--dry-run'], page);
    expect(code).toBe(2);
  });

  it('of replay shows what would be sent', async () => {
    const { out, seen } = await estop(['webhooks', 'replay', 'e1', '--dry-run', '--json']);
    expect(JSON.parse(out)).toMatchObject({ dry_run: true, request: { event_id: 'e1' } });
    expect(seen).toEqual([]);
  });
});

describe('estop signal', () => {
  it('says it, and nothing more', async () => {
    const line = ['signal', 'fraud', 'chargebacks', 'agent://acme/production/payer'];
    const { out, code } = await estop([...line, '--value', '0.2'], answering({ signal_id: 's1' }));
    expect([code, out.trim()]).toEqual([0, 'signal s1 stands']);
  });

  it.each([
    [['signal', 'fraud'], 'words'],
    [['signal', 'fraud', 'x', '--severity', 'panic'], 'severity'],
    [['signal', 'fraud', 'x', '--value', 'much'], 'value'],
    [['signal', 'fraud', 'x', 'stop_aaaaaaaaaaaaaaaaaaaa'], 'target'],
  ])('%j is a mistake in the %s', async (line) => expect((await estop(line)).code).toBe(2));

  it('shows what it would send', async () => {
    const { out } = await estop(['signal', 'fraud', 'x', 'tag:mail', '--dry-run', '--json']);
    expect(JSON.parse(out)).toMatchObject({
      dry_run: true,
      request: { selector: { tag: 'mail' } },
    });
  });
});
