import type { Address } from '#contracts';
import { healthChange } from './health-change.policy.js';

const address = 'agent://acme/production/email' as Address;
const lastHeartbeatAt = '2026-01-31T03:00:00.000Z';
const given = (told: string | null, ageMs: number) =>
  healthChange({ address, lastHeartbeatAt, ageMs, told });
const told = (from: string, to: string) => ({
  type: 'HealthChanged',
  data: { address, from, to, lastHeartbeatAt },
});

it('tells the first heartbeat', () => expect(given(null, 0)).toEqual(told('unknown', 'healthy')));
it('is silent while nothing changes', () => expect(given('healthy', 90_000)).toBeNull());
it('tells a stale agent after 90 seconds', () =>
  expect(given('healthy', 90_001)).toEqual(told('healthy', 'degraded')));
it('tells an unreachable agent after 300 seconds', () =>
  expect(given('degraded', 300_001)).toEqual(told('degraded', 'unreachable')));
it('tells it once', () => expect(given('unreachable', 900_000)).toBeNull());
it('tells the return with the next heartbeat', () =>
  expect(given('unreachable', 10)).toEqual(told('unreachable', 'healthy')));
