import type { OnFence, OrgName, Selector, WorkspaceName } from '#contracts';
import type { OrderBody } from '../containment/log-entry.js';
import type { WorkspaceRecord } from '../control/control-records.js';
import { fenceCountsIn } from './fence-counts.js';

const org = 'acme' as OrgName;
const named = (name: string, onFence: OnFence, onFenceChangedAt: number): WorkspaceRecord => ({
  org,
  workspace: name as WorkspaceName,
  name,
  environment: null,
  region: null,
  onFence,
  onFenceChangedAt,
  createdAt: '2026-01-31T03:00:00.000Z',
});
const records = [
  named('plain', 'deny', 0),
  named('open', 'allow', 40),
  named('closed-again', 'deny', 50),
];
const view = {
  workspace: (_org: OrgName, name: WorkspaceName) =>
    records.find(({ workspace }) => workspace === name) ?? null,
  workspaces: () => records,
};
const counts = (selector: unknown, knownPosition = 100, of = view): boolean => {
  const order = { selector: selector as Selector } as OrderBody;
  return fenceCountsIn(of)(order, { gateway: 'g1', boot: 1, knownPosition });
};

describe('the silence of a gateway', () => {
  it('proves that a namespace stands still which never let anything pass unproven', () => {
    expect(counts({ namespace: 'acme/plain' }, 0)).toBe(true);
    expect(counts({ agent: 'agent://acme/plain/mail' }, 0)).toBe(true);
    expect(counts({ tag: 'mail', namespace: 'acme/plain' }, 0)).toBe(true);
    expect(counts({ agent: 'agent://acme/never-made/mail' }, 0)).toBe(true);
  });
  it('proves nothing where traffic may pass without a proof', () => {
    expect(counts({ namespace: 'acme/open' })).toBe(false);
    expect(counts({ agent: 'agent://acme/open/mail' })).toBe(false);
    expect(counts({ tag: 'mail', namespace: 'acme/open' })).toBe(false);
  });
  it('proves nothing of a boot that may not have read that it has to deny again', () => {
    expect(counts({ namespace: 'acme/closed-again' }, 49)).toBe(false);
    expect(counts({ namespace: 'acme/closed-again' }, 50)).toBe(true);
  });
  it('proves nothing for a stop that reaches one such namespace among others', () => {
    expect(counts({ org: 'acme' })).toBe(false);
    expect(counts({ tag: 'mail', org: 'acme' })).toBe(false);
    const closed = { ...view, workspaces: () => records.filter((one) => one.onFence === 'deny') };
    expect(counts({ org: 'acme' }, 49, closed)).toBe(false);
    expect(counts({ org: 'acme' }, 50, closed)).toBe(true);
  });
});
