import type { Reply } from '../mesh/client.js';
import { claimOf, OrderLog } from './order-log.js';

const reply = (status: number, body: object): Reply => ({
  ...{ status, code: null, sentMs: 10, endMs: 20 },
  body: body as Reply['body'],
});

const report = {
  order_id: 'stop_a',
  state: 'committed',
  committed: true,
  contained: false,
  effective: { acked: 1, of: 2 },
  gateways: [
    { gateway: 'east', state: 'acked' },
    { gateway: 'west', state: 'missing' },
  ],
};

it('reads what an answer claims, and no more', () =>
  expect(claimOf('node-1', reply(202, report))).toEqual({
    ...{ by: 'node-1', sentMs: 10, atMs: 20, state: 'committed', of: 2 },
    ...{ committed: true, contained: false, acked: ['east'] },
  }));

it('finds the order in the answer to a kill', () =>
  expect(claimOf('node-1', reply(200, { ok: true, order: report }))?.acked).toEqual(['east']));

it('takes a problem for no claim', () =>
  expect(claimOf('node-1', reply(503, { error: { code: 'log_unavailable' } }))).toBeNull());

it('closes every story when all is lifted', () => {
  const log = new OrderLog();
  const target = { selector: {}, says: 'rogue', literal: true, agents: ['rogue'] };
  log.open(target, 1);
  log.open(target, 2).liftSentMs = 3;
  log.allLifted(5, 6);
  expect(log.stories().map((it) => [it.liftSentMs, it.liftedMs])).toEqual([
    [5, 6],
    [3, 6],
  ]);
});
