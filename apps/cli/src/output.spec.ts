import { commandLine, jsonAnswer, problemAnswer, sseAnswer, type FakeAnswer } from '#testing';
import { commands } from './commands.js';
import { AGENT, env, halfway, order, ORDER } from './order.fixture.js';
import { run } from './run.js';

const estop = commandLine((line, terminal) => run(line, { commands, terminal }), {
  answer: () => jsonAnswer(order),
  env,
});

describe('a namespace or an org', () => {
  const line = ['halt', 'ns:acme/production'];

  it('is not stopped without a terminal and without --yes', async () => {
    const { code, seen, err } = await estop(line);
    expect([code, seen]).toEqual([2, []]);
    expect(err).toContain('--yes');
  });

  it('is stopped when its name was typed', async () => {
    const { code, err } = await estop(line, { typed: ['acme/production'] });
    expect(code).toBe(0);
    expect(err).toContain('This will halt every agent of acme/production.');
  });

  it('is not stopped when something else was typed', async () =>
    expect((await estop(line, { typed: ['yes'] })).seen).toEqual([]));

  it('may be looked at without a question', async () => {
    const plan = {
      ok: true,
      dry_run: true,
      plan: `plan_${'0'.repeat(64)}`,
      mode: 'halt',
      selector: { namespace: 'acme/production' },
      matched: 21,
      newly_stopped: 20,
      agents: [{ address: AGENT, address_id: 'addr_x', stopped_already: true }],
    };
    const { code, out, seen } = await estop([...line, '--dry-run'], {
      answer: () => jsonAnswer(plan),
    });
    expect([code, seen[0]?.body]).toEqual([0, expect.objectContaining({ dry_run: true })]);
    expect(out).toContain('would hit 21 agents, 20 of them not stopped yet. Nothing was done.');
    expect(out).toContain('and 20 more');
    expect(out).toContain(plan.plan);
  });
});

describe('what is printed', () => {
  it('says who, what, the proof and the next command', async () =>
    expect((await estop(['halt', AGENT])).out).toBe(
      [
        `HALTED  ${AGENT}  in 42 ms`,
        `  order      ${ORDER}`,
        '  by         operator 0123456789abcdef, 2026-01-31 03:00:12.345 UTC',
        '  reason     none given',
        '  effective  2 of 2 gateways',
        '  committed  yes, in the control log',
        '  contained  yes, proven for every gateway after 42 ms',
        '',
        'REGION   GATEWAY    STATE  AFTER  CUT',
        'us-east  us-east-1  acked  12 ms  2 streams, 1 call',
        'eu-west  eu-west-1  acked  38 ms  2 streams, 1 call',
        '',
        'Next:',
        `  estop orders reason ${ORDER} "why it was stopped"`,
        `  estop why ${AGENT}`,
        `  estop resume ${AGENT} --reason "what was fixed"`,
      ].join('\n'),
    ));

  it('names what is missing, in red on a terminal, and never says more than is known', async () => {
    const answer = () => jsonAnswer(halfway, 202);
    const { out } = await estop(['halt', AGENT], { answer });
    expect(out).toContain(`HALT ORDERED, NOT CONFIRMED  ${AGENT}`);
    expect(out).toContain('No word yet from eu-west-1 (eu-west). The agent may still run there.');
    expect(out).toContain(`estop orders show ${ORDER}`);
    expect(out).not.toContain('HALTED');
    expect((await estop(['halt', AGENT], { answer, colours: true })).out).toContain(
      '\u001b[31mMISSING\u001b[39m',
    );
  });

  it('says so when the stop stood already', async () => {
    const { out } = await estop(['halt', AGENT], {
      answer: () => jsonAnswer({ ...order, changed: false }),
    });
    expect(out).toContain('(it stood already; nothing was changed)');
  });

  it('is one line of JSON with --json, without colours', async () => {
    const { out } = await estop(['halt', AGENT, '--json'], { colours: true });
    expect(JSON.parse(out)).toEqual({ ...order, confirmed: true });
  });

  it('shows control characters instead of obeying them', async () => {
    const answer = () => jsonAnswer({ ...order, reason: 'a\u001b[2Jb' });
    expect((await estop(['halt', AGENT], { answer })).out).toContain('"a·[2Jb"');
  });

  it('watch prints one event a line', async () => {
    const event = {
      at: '2026-01-31T03:00:12.345Z',
      actor: { kind: 'operator', id: 'ada' },
      reason: 'odd',
      data: { mode: 'halt', selector: { agent: AGENT }, order_id: ORDER },
    };
    const answer = () =>
      sseAnswer(`id: 7\nevent: stop.ordered\ndata: ${JSON.stringify(event)}\n\n`);
    const { out, code } = await estop(['watch', '--count', '1'], { answer });
    expect([out, code]).toEqual([
      `03:00:12.345  stop.ordered            halt  ${AGENT}  by operator ada  "odd"`,
      0,
    ]);
  });
});

describe('resume', () => {
  const lifted = { ...order, state: 'lifted', reason: 'x', still_held: [] };

  it('lifts the orders on one agent, with the reason', async () => {
    const agent = { address: AGENT, address_id: 'addr_x', health_status: 'unknown' };
    const answer = () => jsonAnswer({ ok: true, changed: true, agent, order, orders: [order] });
    const { out, code, seen } = await estop(['resume', AGENT, '--reason', 'fixed'], { answer });
    expect([code, seen[0]?.path, seen[0]?.body]).toEqual([
      0,
      `/v1/mesh/agents/${AGENT}/resume`,
      { reason: 'fixed', wait: 'contained' },
    ]);
    expect(out).toContain(`RESUMED  ${AGENT}`);
    expect(out).toContain('health unknown until its next heartbeat');
  });

  it('asks for the reason on a terminal', async () => {
    const answer = () =>
      jsonAnswer({ ok: true, changed: false, agent: { address: AGENT }, order: null, orders: [] });
    const { seen, out } = await estop(['resume', AGENT], { answer, typed: ['template fixed'] });
    expect(seen[0]?.body).toMatchObject({ reason: 'template fixed' });
    expect(out).toContain('Nothing held');
  });

  it('names the wider order that holds the agent', async () => {
    const answer = () =>
      problemAnswer(409, 'held_by_wider_stop', {
        error: {
          code: 'held_by_wider_stop',
          message: 'held',
          details: { orders: [{ order_id: ORDER, scope: 'tag:mail@acme' }] },
        },
      });
    const { code, err } = await estop(['resume', AGENT, '--reason', 'x'], { answer });
    expect(code).toBe(1);
    expect(err).toContain(`${ORDER}  tag:mail@acme`);
  });

  it('lifts only the orders that have exactly this selector', async () => {
    const other = {
      ...order,
      order_id: 'stop_zzzzzzzzzzzzzzzzzzzz',
      selector: { tag: 'mail', namespace: 'acme/production' },
    };
    const mine = { ...order, selector: { tag: 'mail', org: 'acme' } };
    const answer: FakeAnswer = ({ method }) =>
      jsonAnswer(
        method === 'GET' ? { ok: true, orders: [mine, other], next_cursor: null } : lifted,
      );
    const { seen, code } = await estop(['resume', 'tag:mail', '--reason', 'x'], { answer });
    expect(code).toBe(0);
    expect(seen.map(({ path }) => path)).toEqual([
      '/v1/mesh/stops',
      `/v1/mesh/stops/${ORDER}/lift`,
    ]);
  });

  it('does not guess between orgs', async () => {
    const orders = ['acme', 'globex'].map((org) => ({ ...order, selector: { tag: 'mail', org } }));
    const answer = () => jsonAnswer({ ok: true, orders, next_cursor: null });
    const { code, err, seen } = await estop(['resume', 'tag:mail', '--reason', 'x'], { answer });
    expect([code, seen.length]).toEqual([2, 1]);
    expect(err).toContain('several orgs: acme, globex');
  });
});
