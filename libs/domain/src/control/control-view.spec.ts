import type {
  Address,
  ControlFact,
  GatewayId,
  KeyId,
  OrgName,
  ServiceAccountId,
  WorkspaceName,
} from '#contracts';
import {
  agentRegistered,
  agentRevoked,
  agentTagged,
  ControlHistory,
  orderIdOf,
  stopLifted,
  stopOrdered,
  gatewayJoined,
} from '#testing';
import { LIFTED_KEPT_MAX } from './order-fold.js';

const acme = 'acme' as OrgName;
const production = 'production' as WorkspaceName;
const email = 'agent://acme/production/email' as Address;
const billing = 'agent://acme/production/billing' as Address;
const foreign = 'agent://globex/production/email' as Address;

const keyIssued = (keyId: string, address: Address | null): ControlFact => ({
  type: 'KeyIssued',
  data: {
    keyId: keyId as KeyId,
    holder: address
      ? { kind: 'sa', address }
      : { kind: 'op', name: 'ada', roles: ['operator'], meshWide: false },
    org: acme,
    workspace: production,
    workspaceOnly: false,
    secretSha256: 'a'.repeat(64),
    hint: 'wxyz',
    expiresAt: null,
    createdByNote: null,
  },
});
const joined = (boot: number): ControlFact => gatewayJoined('us-1', boot);
const left = (boot: number): ControlFact => ({
  type: 'GatewayLeft',
  data: { gateway: 'us-1' as GatewayId, boot },
});
const held = (history: ControlHistory, address: Address) =>
  history.view.holding(address).map((order) => order.orderId);

describe('the view of stops', () => {
  it('holds an address that nobody registered yet', () => {
    const history = new ControlHistory().all([stopOrdered({ agent: email })]);
    expect(held(history, email)).toEqual([orderIdOf('one')]);
    expect(held(history, billing)).toEqual([]);
  });

  it.each([
    ['namespace', { namespace: 'acme/production' }],
    ['org', { org: 'acme' }],
  ])('covers the whole %s and nobody else, registered or not', (_kind, selector) => {
    const history = new ControlHistory().all([stopOrdered(selector)]);
    expect(held(history, email)).toHaveLength(1);
    expect(held(history, 'agent://acme/production/never-seen' as Address)).toHaveLength(1);
    expect(held(history, foreign)).toEqual([]);
    expect(held(history, 'agent://acme2/production/email' as Address)).toEqual([]);
    expect(held(history, 'agent://acm/production/email' as Address)).toEqual([]);
  });

  it('keeps a namespace apart from one whose name begins alike', () => {
    const history = new ControlHistory().all([stopOrdered({ namespace: 'acme/prod' })]);
    expect(held(history, email)).toEqual([]);
  });

  it.each([
    [{ tag: 'bulk', namespace: 'acme/production' }, [1, 0]],
    [{ tag: 'bulk', org: 'acme' }, [1, 1]],
  ])('covers by tag within its scope: %j', (selector, [here, staging]) => {
    const other = 'agent://acme/staging/email' as Address;
    const history = new ControlHistory().all([
      ...[email, other, foreign].flatMap((address) => [
        agentRegistered(address),
        agentTagged(address, 'bulk'),
      ]),
      stopOrdered(selector),
    ]);
    expect([held(history, email).length, held(history, other).length]).toEqual([here, staging]);
    expect(held(history, foreign)).toEqual([]);
  });

  it('holds an agent from birth that is registered later under a stopped tag', () => {
    const history = new ControlHistory().all([stopOrdered({ tag: 'bulk', org: 'acme' })]);
    history.append(agentRegistered(email));
    const change = history.append(agentTagged(email, 'bulk'));
    expect(held(history, email)).toEqual([orderIdOf('one')]);
    expect(change.touches(email)).toBe(true);
    expect(change.touches(billing)).toBe(false);
  });

  it('tells the shell whom a stop and its lift concern', () => {
    const history = new ControlHistory();
    const stop = history.append(stopOrdered({ namespace: 'acme/production' }));
    expect([stop.touches(email), stop.touches(foreign)]).toEqual([true, false]);
    expect(stop.ordered?.orderId).toBe(orderIdOf('one'));
    const lift = history.append(stopLifted());
    expect([lift.touches(email), lift.touches(foreign)]).toEqual([true, false]);
    expect(lift.lifted?.lift?.reason).toBe('mended');
    expect(held(history, email)).toEqual([]);
  });

  it('finds the oldest standing order with the same mode on the same selector', () => {
    const history = new ControlHistory().all([
      stopOrdered({ agent: email }, { id: 'one' }),
      stopOrdered({ agent: email }, { id: 'two' }),
    ]);
    expect(history.view.standingOn('halt', { agent: email })?.orderId).toBe(orderIdOf('one'));
    expect(history.view.standingOn('pause', { agent: email })).toBeNull();
    history.append(stopLifted('one'));
    expect(history.view.standingOn('halt', { agent: email })?.orderId).toBe(orderIdOf('two'));
  });

  it('keeps the first attribution when the stop is repeated, and takes a later reason', () => {
    const history = new ControlHistory().all([
      stopOrdered({ agent: email }),
      { type: 'StopRepeated', data: { orderId: orderIdOf('one'), reason: 'me too' } },
    ]);
    expect(history.view.order(orderIdOf('one'))).toMatchObject({
      reason: null,
      sequence: 1,
      lastSequence: 2,
    });
    history.append({
      type: 'StopReasonGiven',
      data: { orderId: orderIdOf('one'), reason: 'loop' },
    });
    expect(history.view.holding(email)[0]).toMatchObject({ reason: 'loop', lastSequence: 3 });
  });

  it('applies each sequence once', () => {
    const history = new ControlHistory().all([stopOrdered({ agent: email }), stopLifted()]);
    const again = history.append(stopOrdered({ agent: email }), 1);
    expect(again.ordered).toBeNull();
    expect(history.view.position).toBe(2);
    expect(held(history, email)).toEqual([]);
  });

  it('never adds a lifted id again, not even one whose words were forgotten', () => {
    const history = new ControlHistory();
    for (let index = 0; index <= LIFTED_KEPT_MAX; index += 1) {
      const id = index.toString(8).replaceAll('0', 'o').replaceAll('1', 'i');
      history.all([stopOrdered({ agent: email }, { id }), stopLifted(id)]);
    }
    expect(history.view.order(orderIdOf('o'))).toBeNull();
    expect(history.view.orders(acme)).toHaveLength(LIFTED_KEPT_MAX);
    expect(history.append(stopOrdered({ agent: email }, { id: 'o' })).ordered).toBeNull();
    expect(held(history, email)).toEqual([]);
  });

  it('lists standing and lifted orders of an org, the newest first', () => {
    const history = new ControlHistory().all([
      stopOrdered({ agent: email }, { id: 'one' }),
      stopOrdered({ agent: foreign }, { id: 'two' }),
      stopOrdered({ org: 'acme' }, { id: 'three' }),
      stopLifted('one'),
    ]);
    const ids = history.view.orders(acme).map((order) => order.orderId);
    expect(ids).toEqual([orderIdOf('three'), orderIdOf('one')]);
    expect([...history.view.standing(acme)].map((order) => order.orderId)).toEqual([
      orderIdOf('three'),
    ]);
  });
});

describe('the view of agents', () => {
  it('finds an agent by its address, its id and its service account', () => {
    const { view } = new ControlHistory().all([agentRegistered(email), agentTagged(email, 'bulk')]);
    const agent = view.agent(email);
    expect(agent).toMatchObject({
      org: 'acme',
      workspace: 'production',
      name: 'email',
      tags: ['bulk'],
    });
    if (agent === null) throw new Error('registered above');
    expect(view.agentById(agent.addressId)).toBe(agent);
    expect(view.agentByServiceAccount(agent.serviceAccountId)).toBe(agent);
    expect(view.agentByServiceAccount('sa_zzzzzzzzzzzzzzzzzzzz' as ServiceAccountId)).toBeNull();
  });

  it('lists agents by org and workspace', () => {
    const { view } = new ControlHistory().all([email, billing, foreign].map(agentRegistered));
    const names = (...scope: Parameters<typeof view.agents>) =>
      [...view.agents(...scope)].map((agent) => agent.address);
    expect(names()).toEqual([email, billing, foreign]);
    expect(names(acme)).toEqual([email, billing]);
    expect(names(acme, 'staging' as WorkspaceName)).toEqual([]);
  });

  it('remembers when the last whole stop was lifted, wide ones too', () => {
    const history = new ControlHistory().all([
      agentRegistered(email),
      stopOrdered({ agent: email, capability: 'tool:*' }),
      stopLifted(),
    ]);
    expect(history.view.liftedAtMs(email)).toBeNull();
    history.all([stopOrdered({ agent: email }, { id: 'two' }), stopLifted('two')]);
    const direct = history.view.liftedAtMs(email);
    expect(direct).toBe(history.view.logTimeMs);
    history.all([stopOrdered({ org: 'acme' }, { id: 'three' }), stopLifted('three')]);
    expect(history.view.liftedAtMs(email)).toBe(history.view.logTimeMs);
  });
});

describe('the view of keys', () => {
  const [one, two, three] = ['a', 'b', 'c'].map((letter) => letter.repeat(16) as KeyId) as [
    KeyId,
    KeyId,
    KeyId,
  ];

  it('revokes a key once', () => {
    const history = new ControlHistory().all([keyIssued(one, null)]);
    const revoked: ControlFact = { type: 'KeyRevoked', data: { keyId: one, reason: null } };
    expect(history.append(revoked).revokedKeys).toEqual([one]);
    expect(history.append(revoked).revokedKeys).toEqual([]);
    expect(history.view.key(one)?.revokedAt).not.toBeNull();
  });

  it('revokes the keys of a revoked agent, and those that come after', () => {
    const history = new ControlHistory().all([
      agentRegistered(email),
      keyIssued(one, email),
      keyIssued(two, null),
    ]);
    const change = history.append(agentRevoked(email));
    expect(change.revokedKeys).toEqual([one]);
    expect(change.touches(email)).toBe(true);
    history.append(keyIssued(three, email));
    expect(history.view.keysOf(email).map((key) => key.revokedAt !== null)).toEqual([true, true]);
    expect(history.view.key(two)?.revokedAt).toBeNull();
    expect([...history.view.keys(acme)]).toHaveLength(3);
  });
});

describe('the view of the mesh', () => {
  it('orders boots: a lower one is ignored', () => {
    const history = new ControlHistory().all([joined(2)]);
    expect(history.append(joined(1))).toMatchObject({ joined: null, left: null });
    expect(history.append(left(1)).left).toBeNull();
    expect(history.view.gateways()).toMatchObject([{ gateway: 'us-1', boot: 2 }]);
  });

  it('replaces a boot by a higher one and drops who leaves', () => {
    const history = new ControlHistory().all([joined(1)]);
    expect(history.append(joined(2))).toMatchObject({ joined: { boot: 2 }, left: { boot: 1 } });
    expect(history.append(left(2)).left).toMatchObject({ boot: 2 });
    expect(history.view.gateways()).toEqual([]);
    expect(history.view.lastBootOf('us-1' as GatewayId)).toBe(2);
    expect(history.append(joined(2)).joined).toBeNull();
  });

  it('keeps the first incarnation', () => {
    const start = (letter: string): ControlFact => ({
      type: 'LogStarted',
      data: { incarnation: letter.repeat(16) },
    });
    const { view } = new ControlHistory().all([start('a'), start('b')]);
    expect(view.incarnation).toBe('a'.repeat(16));
  });
});

describe('an event that cannot be read', () => {
  const closed = (history: ControlHistory) =>
    [email, billing, foreign].map((address) => history.view.closed(address) !== null);

  it('closes the agent that it names, for as long as this build runs', () => {
    const history = new ControlHistory().all([agentRegistered(email)]);
    const change = history.appendUnknown({ address: email }, 'control.acme.production.policy.x');
    expect(closed(history)).toEqual([true, false, false]);
    expect([change.touches(email), change.touches(billing)]).toEqual([true, false]);
    history.append(agentTagged(email, 'bulk'));
    expect(closed(history)).toEqual([true, false, false]);
  });

  it('closes the scope of a stop whose kind came later', () => {
    const history = new ControlHistory();
    const subject = 'control.acme.production.stop.stop_x';
    const change = history.appendUnknown({ org: 'acme', workspace: 'production' }, subject);
    expect(closed(history)).toEqual([true, true, false]);
    expect([change.touches(billing), change.touches(foreign)]).toEqual([true, false]);
  });

  it('closes the org of such a stop that names no workspace, by its subject if need be', () => {
    const history = new ControlHistory();
    history.appendUnknown({}, 'control.acme._.stop.stop_x');
    expect(closed(history)).toEqual([true, true, false]);
  });

  it('leaves an order that is known as it stands', () => {
    const history = new ControlHistory().all([stopOrdered({ agent: email })]);
    const subject = `control.acme.production.stop.${orderIdOf('one')}`;
    history.appendUnknown({ org: 'acme', workspace: 'production' }, subject);
    expect(closed(history)).toEqual([false, false, false]);
    expect(held(history, email)).toHaveLength(1);
  });

  it('closes the agent whose subject it stands on', () => {
    const history = new ControlHistory().all([agentRegistered(email)]);
    history.appendUnknown(
      {},
      `control.acme.production.agent.${history.view.agent(email)?.addressId}`,
    );
    history.appendUnknown({}, 'control.acme.production.agent.billing');
    expect(closed(history)).toEqual([true, true, false]);
  });

  it('revokes the key whose subject it stands on', () => {
    const keyId = 'a'.repeat(16) as KeyId;
    const history = new ControlHistory().all([keyIssued(keyId, email)]);
    const change = history.appendUnknown({ org: 'acme' }, `control.acme._.key.${keyId}`);
    expect(change.revokedKeys).toEqual([keyId]);
    expect(history.view.key(keyId)?.revokedAt).not.toBeNull();
  });

  it('is counted and kept to look at, and closes nobody where it concerns no agent', () => {
    const history = new ControlHistory();
    for (let index = 0; index < 150; index += 1) {
      history.appendUnknown({ org: 'acme', type: `Novelty${index}` }, 'control.acme._.org.acme');
    }
    expect(closed(history)).toEqual([false, false, false]);
    expect(history.view.unknowns.count).toBe(150);
    expect(history.view.unknowns.newest).toHaveLength(100);
    expect(history.view.unknowns.newest[0]?.type).toBe('Novelty149');
  });
});
