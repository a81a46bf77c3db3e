import type { Told } from '#contracts';
import { deliveryBody } from './bodies.js';

const told = (more: object = {}): Told =>
  ({
    ...{ eventId: 'e1', type: 'stop.ordered', at: '2026-01-31T03:00:00.000Z', org: 'acme' },
    ...{ workspace: 'production', about: 'agent://acme/production/payer', says: 'halt ordered' },
    data: { order_id: 'stop_aaaaaaaaaaaaaaaaaaaa' },
    ...more,
  }) as unknown as Told;
const body = (format: 'standard' | 'slack' | 'pagerduty', more: object = {}) =>
  JSON.parse(deliveryBody(format, told(more), 'routing')) as Record<string, unknown>;

it('has a type, a time and data, as Standard Webhooks recommends', () =>
  expect(body('standard')).toEqual({
    ...{ type: 'stop.ordered', timestamp: '2026-01-31T03:00:00.000Z', event_id: 'e1' },
    ...{ summary: 'halt ordered', org: 'acme', workspace: 'production' },
    data: { order_id: 'stop_aaaaaaaaaaaaaaaaaaaa' },
  }));

it('calls nobody in Slack, whatever a name holds', () => {
  const text = JSON.stringify(body('slack', { says: 'stop <!channel> & <https://x|y>' }));
  expect(text).not.toMatch(/<!channel>|<https/);
  expect(text).toContain('&lt;!channel&gt; &amp; &lt;https://x|y&gt;');
});

it.each([
  ['stop.ordered', {}, 'trigger', 'stop_aaaaaaaaaaaaaaaaaaaa'],
  ['stop.lifted', {}, 'resolve', 'stop_aaaaaaaaaaaaaaaaaaaa'],
  ['agent.stale', {}, 'trigger', 'health agent://acme/production/payer'],
  ['agent.healthy', {}, 'resolve', 'health agent://acme/production/payer'],
  ['gateway.fenced', { data: { gateway: 'g1' } }, 'trigger', 'fence g1'],
  ['policy.breached', {}, 'trigger', 'e1'],
])('is to PagerDuty, for %s %j: %s %s', (type, more, event_action, dedup_key) =>
  expect(body('pagerduty', { type, ...more })).toMatchObject({
    ...{ routing_key: 'routing', event_action, dedup_key },
  }),
);

it('keeps to PagerDuty’s lengths', () => {
  const { payload } = body('pagerduty', { says: 'x'.repeat(5000) }) as {
    payload: { summary: string };
  };
  expect(payload.summary).toHaveLength(1024);
  expect(body('pagerduty', { type: 'a.b', eventId: 'y'.repeat(300) }).dedup_key).toHaveLength(255);
});
