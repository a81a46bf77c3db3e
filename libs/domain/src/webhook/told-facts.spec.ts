import type { ActivityEvent, ControlEvent } from '#contracts';
import { projectControl } from '../audit/control-audit.projection.js';
import { shownSubscription } from './shown-subscription.js';
import { toldOfActivity, toldOfControl } from './told-facts.js';

const ADDRESS = 'agent://acme/production/payer';
const evidence = { says: '501 intents in an hour' };
const control = (type: ControlEvent['type'], data: object): ControlEvent =>
  ({ type, data, at: '2026-01-31T03:00:00.000Z', actor: {}, id: 'e' }) as unknown as ControlEvent;

it.each<[ControlEvent['type'], object, string, string | null]>([
  ['StopOrdered', { selector: { agent: ADDRESS }, mode: 'halt' }, 'stop.ordered', ADDRESS],
  ['StopOrdered', { selector: { org: 'acme' }, mode: 'halt' }, 'stop.ordered', null],
  ['StopLifted', { orderId: 'x' }, 'stop.lifted', null],
  ['KeyIssued', { keyId: 'k', holder: { kind: 'sa', address: ADDRESS } }, 'key.created', ADDRESS],
  ['KeyRevoked', { keyId: 'k' }, 'key.revoked', null],
  ['PolicyBreached', { address: ADDRESS, policy: 'p', evidence }, 'policy.breached', ADDRESS],
  ['SessionKilled', { sessionId: 's' }, 'session.killed', null],
  ['GatewayRemoved', { gateway: 'g' }, 'gateway.removed', null],
  [
    'BudgetSet',
    { scope: { agent: ADDRESS }, capMicro: 10_000_000, currency: 'usd', per: 'day' },
    'budget.changed',
    ADDRESS,
  ],
])('%s %j is told as %s', (type, data, name, about) =>
  expect(toldOfControl(control(type, data))).toMatchObject({ type: name, about }),
);

it('tells nothing of who is told what', () => {
  expect(toldOfControl(control('WebhookSubscribed', {}))).toBeNull();
  expect(toldOfControl(control('WebhookRevoked', {}))).toBeNull();
});

it('tells no secret, and no hash of one', () => {
  const data = {
    keyId: 'k',
    secretSha256: 'f'.repeat(64),
    hint: 'cafe',
    holder: { kind: 'op', name: 'a' },
  };
  expect(JSON.stringify(toldOfControl(control('KeyIssued', data)))).not.toMatch(/ffff|cafe/);
});

it.each([
  ['degraded', 'agent.stale'],
  ['unreachable', 'agent.unreachable'],
  ['healthy', 'agent.healthy'],
])('a change of health to %s is told as %s', (to, type) => {
  const data = { address: ADDRESS, from: 'x', to, lastHeartbeatAt: null };
  const event = { type: 'HealthChanged', data } as unknown as ActivityEvent;
  expect(toldOfActivity(event)).toMatchObject({ type, about: ADDRESS });
});

it('shows in the audit who is told, and nothing that lets one call or sign', () => {
  const data = {
    ...{ subscriptionId: 's', org: 'acme', secrets: ['v1.sealed'], secretHint: 'abcd' },
    callbackUrl: 'https://hooks.slack.com/services/T0/B0/xyz?a=b',
  };
  const shown = JSON.stringify(projectControl(1, control('WebhookSubscribed', data)));
  expect(shown).toContain('"https://hooks.slack.com"');
  expect(shown).not.toMatch(/sealed|services|xyz/);
  expect(shownSubscription(data as never)).toEqual({
    ...{ subscriptionId: 's', org: 'acme', secretHint: 'abcd' },
    callbackUrl: 'https://hooks.slack.com',
  });
});
