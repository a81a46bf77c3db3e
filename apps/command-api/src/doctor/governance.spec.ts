import type { Address, ControlFact, Currency, OrgName, Tag } from '#contracts';
import { agentRegistered, agentTagged, ControlHistory, HISTORY_BEGINS_MS } from '#testing';
import type { Operator } from '../control/operator.js';
import { governanceFindings, type Governed } from './governance.js';

const DAY_MS = 24 * 3_600_000;
const MAILER = 'agent://acme/production/mailer' as Address;
const BILLING = 'agent://acme/production/billing' as Address;
const RIVAL = 'agent://globex/production/spy' as Address;

const workspace = (org: string): ControlFact[] => [
  {
    type: 'OrganizationCreated',
    data: { org: org as OrgName, name: org, legalName: null, primaryDomain: null, metadata: {} },
  } as ControlFact,
  {
    type: 'WorkspaceCreated',
    data: { org, workspace: 'production', name: 'production', environment: null, region: null },
  } as ControlFact,
];
const fleet: ControlFact[] = [
  ...workspace('acme'),
  ...workspace('globex'),
  agentRegistered(MAILER),
  agentTagged(MAILER, 'mail'),
  agentRegistered(BILLING),
  agentRegistered(RIVAL),
];
const cap = (scope: object, alertPct: number[] = [80]): ControlFact =>
  ({
    type: 'BudgetSet',
    data: {
      ...{ scope, currency: 'usd' as Currency, per: 'day', org: 'acme' },
      ...{ capMicro: 1_000_000, alertPct },
    },
  }) as ControlFact;
const drill = (selector: object): ControlFact =>
  ({
    type: 'DrillRun',
    data: { drillId: 'drill_1', selector, gateways: [] },
  }) as unknown as ControlFact;

const caller = {
  ...{ kind: 'op', org: 'acme', workspace: 'production', workspaceOnly: false, meshWide: false },
} as Operator;

const told = (facts: ControlFact[], over: Partial<Governed> = {}): string[] => {
  const { view } = new ControlHistory().all([...fleet, ...facts]);
  const nowMs = HISTORY_BEGINS_MS + DAY_MS;
  const governed = { view, caller, nowMs, instances: new Map<string, string | null>(), ...over };
  return governanceFindings(governed).map(({ severity, what }) => `${severity}: ${what}`);
};
const drilled = drill({ namespace: 'acme/production' });
const org = cap({ org: 'acme' as OrgName });
const hook = {
  type: 'WebhookSubscribed',
  data: {
    ...{ subscriptionId: '018f4e2a-0000-7000-8000-0000000000aa', org: 'acme', workspace: null },
    ...{ about: null, ownerNote: null, callbackUrl: 'https://example.com', format: 'standard' },
    ...{ eventTypes: ['budget.*'], active: true, description: null, secrets: [], secretHint: 'x' },
  },
} as unknown as ControlFact;

describe('what the doctor tells of agents, caps and namespaces', () => {
  it('is nothing where all is in order', () => expect(told([org, hook, drilled])).toEqual([]));

  it('names the agents without a cap, each by its own scopes', () => {
    expect(told([hook, drilled])).toEqual([`info: 2 agents have no cap: ${MAILER}, ${BILLING}`]);
    const byTag = cap({ tag: 'mail' as Tag, org: 'acme' });
    expect(told([byTag, hook, drilled])).toEqual([`info: 1 agent has no cap: ${BILLING}`]);
    expect(told([byTag, cap({ agent: BILLING }), hook, drilled])).toEqual([]);
    expect(told([cap({ namespace: 'acme/production' }), hook, drilled])).toEqual([]);
  });

  it('names the caps of which nobody would hear', () => {
    const silent = 'info: 1 cap would be reached without a word to anybody: acme._.org._.usd-day';
    expect(told([org, drilled])).toEqual([silent]);
    expect(told([cap({ org: 'acme' }, []), hook, drilled])).toEqual([silent]);
  });

  it('names the namespaces that were not drilled for 30 days', () => {
    const undrilled = 'info: No stop was tried out for 30 days in acme/production';
    expect(told([org, hook])).toEqual([undrilled]);
    expect(told([org, hook, drill({ agent: MAILER })])).toEqual([]);
    expect(told([org, hook, drill({ org: 'acme' })])).toEqual([]);
    const later = { nowMs: HISTORY_BEGINS_MS + 32 * DAY_MS };
    expect(told([org, hook, drilled], later)).toEqual([undrilled]);
  });

  it('warns of an instance that holds the keys of several agents', () => {
    const instances = new Map([
      [MAILER as string, 'pod-1'],
      [BILLING as string, 'pod-1'],
      [RIVAL as string, 'pod-1'],
    ]);
    expect(told([org, hook, drilled], { instances })).toEqual([
      `warning: The same instance speaks for several agents, so it holds all their keys: pod-1 (${MAILER}, ${BILLING})`,
    ]);
    expect(told([org, hook, drilled], { instances: null })).toEqual([]);
  });

  it('warns of namespaces whose traffic flows without a proof', () => {
    const open = {
      type: 'WorkspaceSettingsChanged',
      data: { org: 'acme', workspace: 'production', onFence: 'allow' },
    } as ControlFact;
    const [finding] = told([org, hook, drilled, open]);
    expect(finding).toMatch(/^warning: .*on_fence: allow.* acme\/production$/);
  });

  it('names ten at the most, and counts the rest', () => {
    const many = Array.from({ length: 12 }, (_, index) =>
      agentRegistered(`agent://acme/production/extra-${index}` as Address),
    );
    const [finding] = told([...many, hook, drilled]);
    expect(finding).toMatch(/^info: 14 agents have no cap: .* and 4 more$/);
  });
});
