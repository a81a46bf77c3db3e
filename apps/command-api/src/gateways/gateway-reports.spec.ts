import type { GatewayId, RegionName } from '#contracts';
import type { Effect, GatewayMember } from '#domain';
import { GatewayReports } from './gateway-reports.js';

const member = (name: string, boot = 1): GatewayMember => ({
  gateway: name as GatewayId,
  region: 'near' as RegionName,
  boot,
  url: null,
  join: 'one',
  keyId: null,
  publicKey: null,
  modes: [],
  joinedAt: '2026-01-31T03:00:00.000Z',
  sequence: 1,
  lastSequence: 1,
});
const at = (sequence: number): Effect => ({ sequence, order: null });

describe('what gateways said', () => {
  let nowMs: number;
  let reports: GatewayReports;

  beforeEach(() => {
    nowMs = 1000;
    reports = new GatewayReports({ monotonicMs: () => nowMs });
  });

  const hear = (name: string, position: number, boot = 1): void => {
    const { gateway, region } = member(name, boot);
    reports.hear({ gateway, region, boot, position, receipts: [] });
  };

  it('is timed from the command to the word that was heard', () => {
    hear('a', 4);
    nowMs = 1007.04;
    hear('a', 5);
    expect(reports.answers(at(5), [member('a')], 1000)).toMatchObject([
      { state: 'acked', applied_after_ms: 7 },
    ]);
  });

  it('has no time where this node did not witness it', () => {
    hear('a', 9);
    expect(reports.answers(at(5), [member('a')], 1000)).toMatchObject([
      { state: 'acked', applied_after_ms: null },
    ]);
    hear('a', 10);
    expect(reports.answers(at(10), [member('a')], null)).toMatchObject([
      { applied_after_ms: null },
    ]);
  });

  it('counts for its own boot alone', () => {
    hear('a', 9, 1);
    expect(reports.answers(at(5), [member('a', 2)], 0)).toMatchObject([{ state: 'missing' }]);
    hear('a', 6, 2);
    hear('a', 9, 1);
    expect(reports.lastWord(member('a', 2))).toMatchObject({ position: 6, silentForMs: 0 });
  });

  it('ends a wait when the last one speaks', async () => {
    hear('a', 5);
    const waiting = reports.waitFor(at(5), () => [member('a'), member('b')], 60_000);
    hear('b', 4);
    hear('b', 5);
    await expect(waiting).resolves.toBeUndefined();
  });

  it('ends a wait when the missing one is no member any more', async () => {
    const members = [member('a'), member('b')];
    hear('a', 5);
    const waiting = reports.waitFor(at(5), () => members, 60_000);
    members.pop();
    reports.check();
    await expect(waiting).resolves.toBeUndefined();
  });

  it('of those that are gone is forgotten', () => {
    hear('a', 5);
    reports.retain([]);
    expect(reports.lastWord(member('a'))).toBeNull();
  });
});
