import type { GatewayId, PositionReport, RegionName, Selector, Timestamp } from '#contracts';
import { orderIdOf } from '#testing';
import type { GatewayMember } from '../control/control-records.js';
import { type Effect, EffectiveTracker, RECEIPTS_KEPT_MAX } from './effective-tracker.js';

const member = (gateway: string, boot = 1): GatewayMember => ({
  gateway: gateway as GatewayId,
  region: gateway.slice(0, 2) as RegionName,
  boot,
  url: null,
  join: 'one',
  keyId: null,
  publicKey: null,
  modes: [],
  joinedAt: '2026-01-31T03:00:00.000Z' as Timestamp,
  sequence: 1,
  lastSequence: 1,
});
const members = [member('eu-1'), member('us-1')];
const cut = { streams: 2, calls: 0 };
const report = (gateway: string, position: number, over: Partial<PositionReport> = {}) => ({
  gateway: gateway as GatewayId,
  region: gateway.slice(0, 2) as RegionName,
  boot: 1,
  position,
  receipts: [],
  ...over,
});
const receipt = (appliedAfterMs = 3) => ({ orderId: orderIdOf('one'), appliedAfterMs, cut });
const stop = (selector: object): Effect => ({
  sequence: 10,
  order: { orderId: orderIdOf('one'), selector: selector as Selector },
});
const literal = stop({ agent: 'agent://acme/production/email' });
const wide = stop({ tag: 'bulk', org: 'acme' });
const told = (...reports: PositionReport[]) => {
  const tracker = new EffectiveTracker();
  reports.forEach((one, index) => tracker.report(one, index));
  return tracker;
};
const states = (tracker: EffectiveTracker, effect: Effect, of = members) =>
  tracker.effective(effect, of).gateways.map(({ state }) => state);

describe('effective', () => {
  it('names every member, and says no more than was heard', () =>
    expect(told(report('us-1', 10, { receipts: [receipt()] })).effective(literal, members)).toEqual(
      {
        acked: 1,
        of: 2,
        contained: null,
        gateways: [
          { gateway: 'eu-1', region: 'eu', state: 'missing', applied_after_ms: null, cut: null },
          { gateway: 'us-1', region: 'us', state: 'acked', applied_after_ms: 3, cut },
        ],
      },
    ));

  it('is nowhere while no gateway is a member', () =>
    expect(new EffectiveTracker().effective(literal, [])).toMatchObject({ acked: 0, of: 0 }));

  it('takes a position at or past the sequence for an answer', () => {
    const tracker = told(report('eu-1', 9), report('us-1', 10));
    expect(states(tracker, literal)).toEqual(['missing', 'acked']);
    expect(states(tracker, { sequence: 9, order: null })).toEqual(['acked', 'acked']);
  });

  it('takes an early receipt for a literal address alone', () => {
    const tracker = told(report('eu-1', 9, { receipts: [receipt()] }));
    expect(states(tracker, literal)).toEqual(['acked', 'missing']);
    expect(states(tracker, wide)).toEqual(['missing', 'missing']);
    tracker.report(report('eu-1', 10), 5);
    expect(states(tracker, wide)).toEqual(['acked', 'missing']);
  });

  it('counts a receipt for its boot alone', () => {
    const tracker = told(report('eu-1', 9, { boot: 1, receipts: [receipt()] }));
    expect(states(tracker, literal, [member('eu-1', 2)])).toEqual(['missing']);
    tracker.report(report('eu-1', 5, { boot: 2 }), 5);
    expect(states(tracker, literal, [member('eu-1', 2)])).toEqual(['missing']);
    tracker.report(report('eu-1', 20, { boot: 1, receipts: [receipt()] }), 6);
    expect(states(tracker, literal, [member('eu-1', 2)])).toEqual(['missing']);
  });

  it('does not care about repeats and late reports', () => {
    const tracker = told(
      report('eu-1', 12, { receipts: [receipt(3)] }),
      report('eu-1', 10, { receipts: [receipt(900)] }),
    );
    const [eu] = tracker.effective(wide, members).gateways;
    expect(eu).toMatchObject({ state: 'acked', applied_after_ms: 3 });
  });

  it('is everywhere once each member has said so', () => {
    const tracker = told(report('eu-1', 10));
    expect(tracker.everywhere(wide, members)).toBe(false);
    tracker.report(report('us-1', 11), 2);
    expect(tracker.everywhere(wide, members)).toBe(true);
  });

  it('keeps a bounded number of receipts of each gateway', () => {
    const tracker = told(report('eu-1', 9, { receipts: [receipt()] }));
    for (let index = 0; index < RECEIPTS_KEPT_MAX; index += 1) {
      const orderId = orderIdOf(`x${index.toString(7).replaceAll('0', 'o').replaceAll('1', 'i')}`);
      tracker.report(report('eu-1', 9, { receipts: [{ orderId, appliedAfterMs: 1, cut }] }), index);
    }
    expect(states(tracker, literal)).toEqual(['missing', 'missing']);
  });
});

describe('silent', () => {
  it('names the members that said nothing for so long', () => {
    const tracker = new EffectiveTracker();
    tracker.report(report('eu-1', 1), 1000);
    tracker.report(report('us-1', 1), 20_000);
    expect(tracker.silent(members, 30_999, 30_000)).toEqual([]);
    expect(tracker.silent(members, 31_000, 30_000)).toEqual([
      { member: members[0], silentForMs: 30_000 },
    ]);
  });

  it('counts one that was never heard from when it was first asked about', () => {
    const tracker = new EffectiveTracker();
    expect(tracker.silent(members, 1000, 30_000)).toEqual([]);
    expect(tracker.silent(members, 31_000, 30_000)).toHaveLength(2);
    expect(tracker.silent([member('eu-1', 2)], 31_000, 30_000)).toEqual([]);
  });

  it('forgets who is a member no more', () => {
    const tracker = told(report('eu-1', 10), report('us-1', 10));
    tracker.retain([member('us-1')]);
    expect(states(tracker, wide)).toEqual(['missing', 'acked']);
  });
});
