import { commandLine, jsonAnswer } from '#testing';
import { commands } from './commands.js';
import { AGENT, env } from './order.fixture.js';
import { run } from './run.js';

const estop = commandLine((line, terminal) => run(line, { commands, terminal }), {
  answer: () => jsonAnswer({}),
  env,
});
const budget = {
  ...{
    scope: AGENT,
    currency: 'usd',
    per: 'day',
    cap: '50.00',
    cap_alone: '50.00',
    topped_up: '0.00',
  },
  ...{ spent: '12.00', reserved: '1.00', allotted: '0.50', remaining: '36.50', stale: false },
  ...{ resets_at: '2026-02-01T00:00:00.000Z', top_ups: [], alert_pct: [80], agent: AGENT },
  set_at: '2026-01-31T03:00:00.000Z',
};
const report = {
  ...{ ok: true, changed: true, dry_run: false, budget, effective: { acked: 2, of: 2 } },
  missing: [] as object[],
};
const answering = (body: object) => ({ answer: () => jsonAnswer(body) });

describe('budget', () => {
  it('sets a cap on one agent, and shows how it stands', async () => {
    const did = await estop(
      ['budget', 'set', AGENT, '50usd/day', '--alert', '50,80'],
      answering(report),
    );
    expect(did.seen[0]).toMatchObject({
      method: 'PUT',
      body: {
        scope: { agent: AGENT },
        cap: '50',
        currency: 'usd',
        per: 'day',
        alert_pct: [50, 80],
      },
    });
    expect([did.code, did.out]).toEqual([0, expect.stringContaining('36.50')]);
  });

  it('is not confirmed while a gateway has not said that it knows', async () => {
    const missing = [{ gateway: 'gw-2', region: 'eu' }];
    const did = await estop(['budget', 'set', AGENT, '50usd'], answering({ ...report, missing }));
    expect([did.code, did.out]).toEqual([expect.any(Number), expect.stringContaining('gw-2 (eu)')]);
    expect(did.code).not.toBe(0);
  });

  it('removes a cap by its currency and period, and tops one up for a time with a reason', async () => {
    const removed = await estop(
      ['budget', 'remove', 'ns:acme/production', 'usd/day'],
      answering(report),
    );
    expect(removed.seen[0]).toMatchObject({
      method: 'DELETE',
      query: { namespace: 'acme/production', currency: 'usd', per: 'day' },
    });
    const words = [
      'budget',
      'top-up',
      AGENT,
      '20usd/day',
      '--for',
      '2h',
      '--reason',
      'incident 47',
    ];
    const topped = await estop(words, answering(report));
    expect(topped.seen[0]).toMatchObject({
      method: 'POST',
      body: { amount: '20', currency: 'usd', per: 'day', expires_in: 7200, reason: 'incident 47' },
    });
  });

  it.each([
    [['budget', 'set', AGENT, '50'], 'is not a cap'],
    [['budget', 'set', AGENT, '50usd', '--alert', '0'], '--alert is not a share'],
    [['budget', 'remove', AGENT, 'usd/week'], 'names no cap'],
    [['budget', 'top-up', AGENT, '5usd'], 'needs --for and --reason'],
  ])('refuses %j and says how it is written', async (words, says) => {
    const did = await estop(words, answering(report));
    expect([did.code, did.err]).toEqual([2, expect.stringContaining(says)]);
    expect(did.seen).toEqual([]);
  });
});
