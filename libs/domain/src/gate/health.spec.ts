import type { Address, StopMode } from '#contracts';
import { agentRegistered, ControlHistory, stopLifted, stopOrdered } from '#testing';
import { healthOf } from './health.js';

const email = 'agent://acme/production/email' as Address;
const quiet = { total: 0, failed: 0 };
const vitals = (history: ControlHistory, ageMs: number | null, intents = quiet) => {
  const nowMs = history.view.logTimeMs + 1_000_000;
  const lastHeartbeatMs = ageMs === null ? null : nowMs - ageMs;
  return { view: history.view, address: email, lastHeartbeatMs, intents, nowMs };
};
const born = () => new ControlHistory().all([agentRegistered(email)]);

describe('healthOf', () => {
  it.each([
    [null, 'unknown'],
    [0, 'healthy'],
    [90_000, 'healthy'],
    [90_001, 'degraded'],
    [300_000, 'degraded'],
    [300_001, 'unreachable'],
  ])('tells the age of the last heartbeat: %s ms is %s', (ageMs, health) =>
    expect(healthOf(vitals(born(), ageMs))).toBe(health),
  );

  it.each([
    [19, 19, 'healthy'],
    [20, 9, 'healthy'],
    [20, 10, 'degraded'],
    [100, 50, 'degraded'],
  ])('of %s intents %s failed: %s', (total, failed, health) =>
    expect(healthOf(vitals(born(), 0, { total, failed }))).toBe(health),
  );

  it.each([
    ['halt', 'killed'],
    ['pause', 'paused'],
    ['quarantine', 'quarantined'],
    ['drain', 'draining'],
  ] as [StopMode, string][])('says of a %s: %s', (mode, health) => {
    const drainUntil = '2026-02-01T00:00:00.000Z';
    const history = born().all([stopOrdered({ org: 'acme' }, { mode, drainUntil })]);
    expect(healthOf(vitals(history, 0))).toBe(health);
  });

  it('is what heartbeats say while a stop holds some acts alone', () => {
    const history = born().all([stopOrdered({ agent: email, capability: 'tool:*' })]);
    expect(healthOf(vitals(history, 0))).toBe('healthy');
  });

  it.each([{ agent: email }, { namespace: 'acme/production' }])(
    'is unknown after a lift until the next heartbeat: %j',
    (selector) => {
      const history = born().all([stopOrdered(selector), stopLifted()]);
      expect(healthOf(vitals(history, 1_000_001))).toBe('unknown');
      expect(healthOf(vitals(history, 999_999))).toBe('unreachable');
      expect(healthOf(vitals(history, 0))).toBe('healthy');
    },
  );
});
