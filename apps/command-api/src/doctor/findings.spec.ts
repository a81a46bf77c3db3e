import type { NodeId, RegionName } from '#contracts';
import { findingsOf, type Examined } from './findings.js';

const node = (
  name: string,
  state: Examined['nodes'][number]['state'],
): Examined['nodes'][number] => ({
  node: name as NodeId,
  name,
  url: null,
  state,
  self: false,
  joined_at: '2026-01-31T03:00:00.000Z',
  key_id: 'k',
  echo_age_ms: 1,
  spooled: null,
});
const gateway = (
  id: string,
  state: Examined['gateways'][number]['state'],
): Examined['gateways'][number] =>
  ({ gateway: id, region: 'near', state }) as Examined['gateways'][number];
const region = (age: number | null): Examined['regions'][number] => ({
  region: 'near' as RegionName,
  gateways: 1,
  armed: true,
  arming_age_seconds: age,
  canary: null,
});
const well: Examined = {
  log: { available: true, incarnation: 'i', position: 7, age_ms: 1 },
  nodes: [node('n1', 'ready'), node('n2', 'ready')],
  gateways: [gateway('g1', 'serving')],
  regions: [region(60)],
  self: { isMember: true, isRolledBack: false, isWritable: true, pending: 0, eventsRefused: 0 },
  ageSecondsMax: 180,
};

describe('the doctor', () => {
  it('has nothing to say of a mesh that is well', () => expect(findingsOf(well)).toEqual([]));

  it.each<[string, Partial<Examined>, string, string]>([
    ['no log', { log: { ...well.log, available: false } }, 'critical', 'log does not answer'],
    ['another log', { self: { ...well.self, isRolledBack: true } }, 'critical', 'rolled back'],
    ['a full disk', { self: { ...well.self, isWritable: false } }, 'critical', 'its disk'],
    ['no membership', { self: { ...well.self, isMember: false } }, 'critical', 'no member'],
    ['stops that wait', { self: { ...well.self, pending: 2 } }, 'warning', '2 stops'],
    ['forged events', { self: { ...well.self, eventsRefused: 3 } }, 'warning', '3 events'],
    ['no gateway', { gateways: [] }, 'critical', 'No gateway'],
    [
      'a silent gateway',
      { gateways: [gateway('g1', 'silent')] },
      'critical',
      'g1 in near is silent',
    ],
    [
      'a fenced gateway',
      { gateways: [gateway('g1', 'fenced')] },
      'critical',
      'g1 in near is fenced',
    ],
    ['an old canary', { regions: [region(181)] }, 'critical', '181 s ago'],
    ['no canary yet', { regions: [region(null)] }, 'warning', 'never stopped'],
    ['one node', { nodes: [node('n1', 'ready')] }, 'warning', 'fewer than two'],
  ])('names %s', (_what, change, severity, words) => {
    const [finding] = findingsOf({ ...well, ...change });
    expect(finding?.severity).toBe(severity);
    expect(finding?.what).toContain(words);
    expect(finding?.cure).not.toBe('');
  });

  it('tells of what is critical first, and of no canary where none is stopped', () => {
    const nodes = [node('n1', 'ready'), node('n2', 'silent')];
    const found = findingsOf({
      ...well,
      nodes,
      gateways: [],
      regions: [region(null)],
      ageSecondsMax: null,
    });
    expect(found.map(({ severity }) => severity)).toEqual(['critical', 'warning', 'warning']);
  });
});
