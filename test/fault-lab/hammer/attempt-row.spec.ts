import { isAdmitted, isStopped } from '../judge/history.js';
import { attemptOf, rowOf } from './attempt-row.js';
import type { HammerPlan } from './hammer-messages.js';

const plan: HammerPlan = {
  gateways: [{ name: 'east', url: 'http://e' }],
  agents: [
    { name: 'rogue', address: 'agent://a/b/rogue', apiKey: 'k' },
    { name: 'calm', address: 'agent://a/b/calm', apiKey: 'k' },
  ],
  rate: 1,
  seed: 1,
};
const times = { sentMs: 1, endMs: 2 };

const told = (kind: 0 | 1, status: number, body: object | string) => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const asked = {
    kind,
    gateway: 0,
    from: 0,
    to: kind === 0 ? -1 : 1,
    work: kind === 0 ? null : 'w',
  };
  const attempt = attemptOf(rowOf(asked, { status, text, ...times }), plan);
  const { from, to, code, orderId } = attempt;
  return { from, to, code, orderId, admitted: isAdmitted(attempt), stopped: isStopped(attempt) };
};

it('knows an intent that was taken', () =>
  expect(told(1, 200, { ok: true, intent_id: 'i' })).toEqual({
    ...{ from: 'rogue', to: 'calm', code: null, orderId: null },
    ...{ admitted: true, stopped: false },
  }));

it('knows a refusal and the order that it names', () =>
  expect(
    told(1, 403, { error: { code: 'agent_killed', details: { order_id: 'stop_a' } } }),
  ).toMatchObject({ code: 'agent_killed', orderId: 'stop_a', admitted: false, stopped: true }));

it('knows a block of the guard for a refusal, though it is a 200', () =>
  expect(told(0, 200, { action: 'block', order_id: 'stop_a' })).toMatchObject({
    ...{ from: 'rogue', to: null, orderId: 'stop_a', admitted: false, stopped: true },
  }));

it('takes neither a fence nor silence nor rubbish for an admission', () => {
  for (const answer of [
    told(0, 503, { error: { code: 'gateway_fenced' } }),
    told(1, 0, ''),
    told(1, 502, '<html>'),
  ])
    expect(answer).toMatchObject({ admitted: false, stopped: false });
});
