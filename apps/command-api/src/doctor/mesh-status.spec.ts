import type { Finding, GatewayEntry, NodeEntry, RegionName } from '#contracts';
import { Armings } from '../canary/armings.js';
import type { Diagnosis } from './diagnosis.js';
import { findingsOf } from './findings.js';
import { meshStatus, type MeshStatus } from './mesh-status.js';
import { regionEntries } from './region-entries.js';

const NEAR = 'near' as RegionName;
const FAR = 'far' as RegionName;
const at = '2026-01-31T03:00:00.000Z';
const AGE_MAX = 180;

const gateway = (id: string, region: RegionName, state: GatewayEntry['state'] = 'serving') =>
  ({ gateway: id, region, state }) as GatewayEntry;
const nodes = ['n1', 'n2'].map((node) => ({ node, state: 'ready' })) as NodeEntry[];
const log = { available: true, incarnation: 'i', position: 7, age_ms: 1 };
const self = { isMember: true, isRolledBack: false, isWritable: true, pending: 0 };
const passed = {
  ...{ state: 'passed', agent: 'agent://estop/canary/near', at, problem: null },
  ...{ halted_after_ms: 14, resumed_after_ms: 22 },
} as const;

describe('the status of a mesh', () => {
  let seconds: number;
  let armings: Armings;
  let gateways: GatewayEntry[];

  beforeEach(() => {
    seconds = 0;
    armings = new Armings({ monotonicMs: () => seconds * 1000 });
    gateways = [gateway('near-1', NEAR), gateway('far-1', FAR)];
    armings.passed(NEAR, passed as never);
    armings.passed(FAR, passed as never);
  });

  /** As the doctor sees it at that moment, and `told` beside. */
  const statusAt = (
    now: number,
    told: Finding[] = [],
    ageSecondsMax: number | null = AGE_MAX,
  ): MeshStatus => {
    seconds = now;
    const regions = regionEntries({ gateways, armings, ageSecondsMax });
    const examined = { log, nodes, gateways, regions, self: { ...self, eventsRefused: 0 } };
    const problems = [...findingsOf({ ...examined, ageSecondsMax }), ...told];
    const ok = problems.every(({ severity }) => severity !== 'critical');
    const diagnosis: Diagnosis = { ok, checked_at: at, problems, log, nodes, gateways, regions };
    return meshStatus(diagnosis, 2);
  };

  it('is green while the canary of every region was stopped not long ago', () =>
    expect(statusAt(AGE_MAX)).toEqual({
      ...{ ok: true, status: 'green', checked_at: at, problems: [], log, stops: { standing: 2 } },
      regions: [FAR, NEAR].map((region) => ({
        ...{ region, gateways: 1, fenced: 0, arming_age_seconds: AGE_MAX, armed: true },
      })),
    }));

  it('is red once the canary of one region is old, and green when it passes again', () => {
    seconds = 60;
    armings.passed(NEAR, passed as never);
    const red = statusAt(AGE_MAX + 1);
    expect(red).toMatchObject({
      ...{ ok: false, status: 'red' },
      problems: [{ severity: 'critical', code: 'canary_old' }],
      regions: [
        { region: FAR, armed: false, arming_age_seconds: 181 },
        { region: NEAR, armed: true, arming_age_seconds: 121 },
      ],
    });
    expect(red.problems[0]?.message).toContain('The canary of far was last stopped 181 s ago');
    armings.passed(FAR, passed as never);
    expect(statusAt(AGE_MAX + 2).status).toBe('green');
  });

  it('is yellow before the first canary of a region, and never where none is stopped', () => {
    armings = new Armings({ monotonicMs: () => seconds * 1000 });
    const yellow = statusAt(1);
    expect([yellow.ok, yellow.status, yellow.problems.length]).toEqual([true, 'yellow', 2]);
    expect(yellow.problems[0]?.code).toBe('canary_never');
    expect(statusAt(1, [], null).status).toBe('green');
  });

  it('counts the gateways of a region that are fenced, and is red for them', () => {
    gateways = [...gateways, gateway('far-2', FAR, 'fenced')];
    expect(statusAt(1)).toMatchObject({
      status: 'red',
      problems: [{ code: 'gateway_fenced' }],
      regions: [
        { region: FAR, gateways: 2, fenced: 1, armed: false },
        { region: NEAR, fenced: 0, armed: true },
      ],
    });
  });

  it('is yellow with a warning, and leaves out what speaks against nothing', () => {
    const told = { code: 'fence_open', what: 'open', cure: 'close' } as const;
    expect(statusAt(1, [{ ...told, severity: 'info' }])).toMatchObject({
      ...{ status: 'green', problems: [] },
    });
    expect(statusAt(1, [{ ...told, severity: 'warning' }])).toMatchObject({
      ...{ ok: true, status: 'yellow', problems: [{ code: 'fence_open', message: 'open' }] },
    });
  });
});
