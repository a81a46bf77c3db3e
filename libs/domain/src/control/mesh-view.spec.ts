import type { Actor, ControlFact, GatewayId, NodeId, OrgName, WorkspaceName } from '#contracts';
import { ControlHistory, gatewayJoined, orderIdOf, stopLifted, stopOrdered } from '#testing';

const org = 'acme' as OrgName;
const workspace = 'production' as WorkspaceName;
const ada: Actor = { kind: 'operator', id: 'adaadaadaadaada2', via: 'http' };
const bob: Actor = { kind: 'operator', id: 'bobbobbobbobbob2', via: 'cli' };
const [oldKey, newKey] = ['a'.repeat(43), 'b'.repeat(43)] as const;

const created: ControlFact[] = [
  {
    type: 'OrganizationCreated',
    data: { org, name: 'Acme', legalName: null, primaryDomain: null, metadata: {} },
  },
  {
    type: 'WorkspaceCreated',
    data: { org, workspace, name: 'Production', environment: null, region: null },
  },
];
const twoPersonLift = (on: boolean): ControlFact => ({
  type: 'OrganizationSettingsChanged',
  data: { org, twoPersonLift: on },
});
const onFence = (choice: 'allow' | 'deny'): ControlFact => ({
  type: 'WorkspaceSettingsChanged',
  data: { org, workspace, onFence: choice },
});
const viewOf = (...facts: ControlFact[]) => new ControlHistory().all(facts).view;

describe('settings', () => {
  it('protect nobody from one person, and let nothing through a fence, until they are changed', () => {
    const view = viewOf(...created);
    expect(view.organization(org)?.twoPersonLift).toBe(false);
    expect(view.workspace(org, workspace)).toMatchObject({ onFence: 'deny', onFenceChangedAt: 0 });
  });
  it('are those of the last change, with its place in the log', () => {
    const changes = [twoPersonLift(true), onFence('allow'), onFence('deny'), onFence('allow')];
    const view = viewOf(...created, ...changes);
    expect(view.organization(org)?.twoPersonLift).toBe(true);
    expect(view.workspace(org, workspace)).toMatchObject({ onFence: 'allow', onFenceChangedAt: 6 });
  });
  it('of what does not exist change nothing', () => {
    const view = viewOf(twoPersonLift(true), onFence('allow'));
    expect([view.organization(org), view.workspace(org, workspace)]).toEqual([null, null]);
  });
});

describe('the control nodes', () => {
  const node = (name: string) => name as NodeId;
  const joined = (name: string, join = 'one'): ControlFact => ({
    type: 'NodeJoined',
    data: { node: node(name), name: 'node', join, keyId: 'k1', publicKey: oldKey, url: null },
  });

  it('are those that joined, in the order of their ids', () =>
    expect(viewOf(joined('node-b'), joined('node-a')).nodes()).toMatchObject([
      { node: 'node-a', keyId: 'k1', publicKey: oldKey, sequence: 2, lastSequence: 2 },
      { node: 'node-b', sequence: 1 },
    ]));
  it('count no more once they left or were removed', () => {
    const view = viewOf(
      joined('node-a'),
      joined('node-b'),
      { type: 'NodeLeft', data: { node: node('node-a') } },
      { type: 'NodeRemoved', data: { node: node('node-b'), silentForMs: 30_000 } },
    );
    expect(view.nodes()).toEqual([]);
  });
  it('take their own place when they join again', () =>
    expect(viewOf(joined('node-a'), joined('node-a', 'two')).nodes()).toMatchObject([
      { node: 'node-a', join: 'two', sequence: 2 },
    ]));
  it('sign with the key of the last rotation', () => {
    const data = { node: node('node-a'), keyId: 'k2', publicKey: newKey };
    const view = viewOf(joined('node-a'), { type: 'NodeKeyRotated', data });
    expect(view.nodes()).toMatchObject([{ keyId: 'k2', publicKey: newKey, lastSequence: 2 }]);
    expect(viewOf({ type: 'NodeKeyRotated', data }).nodes()).toEqual([]);
  });
});

describe('the keys of gateways', () => {
  const rotated = (boot: number): ControlFact => ({
    type: 'GatewayKeyRotated',
    data: { gateway: 'us-1' as GatewayId, boot, keyId: 'k2', publicKey: newKey },
  });
  const joined = (boot: number) => gatewayJoined('us-1', boot, { keyId: 'k1', publicKey: oldKey });

  it('change for the boot that says so', () =>
    expect(viewOf(joined(1), rotated(1)).gateways()).toMatchObject([
      { boot: 1, keyId: 'k2', publicKey: newKey, modes: ['halt', 'pause', 'quarantine', 'drain'] },
    ]));
  it('stay those of a later boot', () =>
    expect(viewOf(joined(1), joined(2), rotated(1)).gateways()).toMatchObject([
      { boot: 2, keyId: 'k1', publicKey: oldKey },
    ]));
});

describe('the wish to lift a wide stop', () => {
  const expiresAt = '2026-01-31T03:15:00.000Z';
  const wished: ControlFact = {
    type: 'StopLiftRequested',
    data: { orderId: orderIdOf('one'), by: ada, reason: 'fixed', expiresAt },
  };

  it('is shown on the order, which stands as it stood', () => {
    const view = viewOf(stopOrdered({ org: 'acme' }), wished);
    const liftRequest = { by: ada, reason: 'fixed', at: '2026-01-31T03:00:02.000Z', expiresAt };
    expect([...view.standing()]).toMatchObject([{ liftRequest, lift: null, lastSequence: 2 }]);
  });
  it('stays with the lift, to show both people', () =>
    expect(
      viewOf(stopOrdered({ org: 'acme' }), wished, stopLifted()).order(orderIdOf('one')),
    ).toMatchObject({ liftRequest: { by: ada }, lift: { reason: 'mended' } }));
  it('for an order that nobody knows changes nothing', () =>
    expect(viewOf(wished).orders()).toEqual([]));
});

describe('the restore of the log', () => {
  const [before, after] = ['a'.repeat(16), 'b'.repeat(16)] as const;
  const started: ControlFact = { type: 'LogStarted', data: { incarnation: before } };
  const restored = (by: Actor, confirms: string | null, to: string = after): ControlFact => ({
    type: 'LogRestored',
    data: { old: before, new: to, by, confirms },
  });
  const history = (second?: (eventId: string) => ControlFact) => {
    const all = new ControlHistory().all([started, restored(ada, null)]);
    const eventId = all.view.logRestore?.eventId ?? '';
    return (second ? all.all([second(eventId)]) : all).view;
  };

  it('counts for nothing on the word of one', () => {
    expect(history().incarnation).toBe(before);
    expect(history().logRestore).toMatchObject({ by: ada, confirmedBy: null, sequence: 2 });
  });
  it('counts once another person has said the same', () => {
    const view = history((eventId) => restored(bob, eventId));
    expect(view.incarnation).toBe(after);
    expect(view.logRestore).toMatchObject({ by: ada, confirmedBy: bob, sequence: 3 });
  });
  it.each([
    ['the same person by another way', (id: string) => restored({ ...ada, via: 'cli' }, id)],
    ['another request', () => restored(bob, '018f4e2a-7b1c-7000-8000-00000000ffff')],
    ['other words', (id: string) => restored(bob, id, 'c'.repeat(16))],
  ])('is not confirmed by %s', (_what, second) => {
    const view = history(second);
    expect([view.incarnation, view.logRestore?.confirmedBy]).toEqual([before, null]);
  });
});
