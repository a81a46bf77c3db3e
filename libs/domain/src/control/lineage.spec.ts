import type { Address, ControlFact, KeyId, OrgName, SessionId, WorkspaceName } from '#contracts';
import { agentRegistered, agentRevoked, ControlHistory } from '#testing';

const address = (name: string): Address => `agent://acme/production/${name}` as Address;
const [lead, worker, helper, other] = ['lead', 'worker', 'helper', 'other'].map(address) as [
  Address,
  Address,
  Address,
  Address,
];
const onBehalf = (child: Address, parent: Address): ControlFact => ({
  type: 'AgentDelegated',
  data: { address: child, parent },
});
const keyOf = (holder: Address): KeyId => holder.split('/').at(-1)?.padEnd(16, '0') as KeyId;
const keyIssued = (holder: Address): ControlFact => ({
  type: 'KeyIssued',
  data: {
    ...{ keyId: keyOf(holder), holder: { kind: 'sa', address: holder } },
    ...{ org: 'acme' as OrgName, workspace: 'production' as WorkspaceName, workspaceOnly: true },
    ...{ secretSha256: 'a'.repeat(64), hint: 'wxyz', expiresAt: null, createdByNote: null },
  },
});
const everybody = [lead, worker, helper, other];
const family = (): ControlHistory =>
  new ControlHistory().all([
    ...everybody.map((one) => agentRegistered(one)),
    ...everybody.map(keyIssued),
    onBehalf(worker, lead),
    onBehalf(helper, worker),
  ]);

describe('a lineage', () => {
  it('is the agent and all above it', () =>
    expect(family().view.lineage(helper)).toEqual([helper, worker, lead]));

  it('is revoked with whoever is above, in the same turn, and nobody else is', () => {
    const history = family();
    const change = history.append(agentRevoked(lead));
    expect(change.revokedKeys).toEqual([lead, worker, helper].map(keyOf));
    expect(everybody.map((one) => change.touches(one))).toEqual([true, true, true, false]);
    const { view } = history;
    expect(everybody.map((one) => view.agent(one)?.revoked)).toEqual([true, true, true, false]);
    expect(view.key(keyOf(helper))?.revokedAt).not.toBeNull();
    expect(view.key(keyOf(other))?.revokedAt).toBeNull();
    expect(history.append(agentRevoked(lead)).revokedKeys).toEqual([]);
  });

  it('is not revoked from below', () => {
    const { view } = family().all([agentRevoked(worker)]);
    expect(everybody.map((one) => view.agent(one)?.revoked)).toEqual([false, true, true, false]);
  });

  it('takes in nobody alive once it is revoked', () => {
    const history = family().all([agentRevoked(lead)]);
    const change = history.append(onBehalf(other, helper));
    expect(change.revokedKeys).toEqual([keyOf(other)]);
    expect(history.view.agent(other)?.revoked).toBe(true);
    expect(history.view.lineageRevoked(other)).toBe(true);
  });

  it('has one parent for each, and no circle', () => {
    const { view } = family().all([onBehalf(worker, other), onBehalf(lead, helper)]);
    expect(view.agent(worker)?.parent).toBe(lead);
    expect(view.agent(lead)?.parent).toBeNull();
  });
});

describe('a retired key', () => {
  it('ends then, or when it was to end anyway', () => {
    const retired = (expiresAt: string): ControlFact => ({
      type: 'KeyRetired',
      data: { keyId: keyOf(lead), replacedBy: keyOf(other), expiresAt },
    });
    const history = family().all([retired('2026-01-31T05:00:00.000Z')]);
    const key = () => history.view.key(keyOf(lead));
    expect(key()?.expiresAtMs).toBe(Date.UTC(2026, 0, 31, 5));
    history.append(retired('2026-01-31T06:00:00.000Z'));
    expect(key()?.expiresAt).toBe('2026-01-31T05:00:00.000Z');
    history.append(retired('2026-01-31T04:00:00.000Z'));
    expect(key()?.expiresAt).toBe('2026-01-31T04:00:00.000Z');
    expect(key()?.revokedAt).toBeNull();
  });
});

describe('killed sessions', () => {
  it('stay killed, by the first word on it', () => {
    const sessionId = '018f4e2a-0000-7000-8000-0000000000aa' as SessionId;
    const kill = (reason: string): ControlFact => ({
      type: 'SessionKilled',
      data: { sessionId, namespace: 'acme/production' as never, reason },
    });
    const { view } = new ControlHistory().all([kill('first'), kill('second')]);
    expect(view.sessions.killed(sessionId)).toMatchObject({ reason: 'first' });
  });
});

describe('drills', () => {
  it('count for their namespace, and for all of their org', () => {
    const drill = (selector: object): ControlFact =>
      ({ type: 'DrillRun', data: { drillId: 'd', selector, gateways: [] } }) as never;
    const { view } = new ControlHistory().all([drill({ agent: lead })]);
    expect(view.drills.lastIn('acme', 'production')).not.toBeNull();
    expect(view.drills.lastIn('acme', 'staging')).toBeNull();
    const wide = new ControlHistory().all([drill({ tag: 'mail', org: 'acme' })]);
    expect(wide.view.drills.lastIn('acme', 'staging')).not.toBeNull();
  });
});
