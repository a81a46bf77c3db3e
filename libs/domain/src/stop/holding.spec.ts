import { createHash } from 'node:crypto';
import type { Address, Selector, Tag } from '#contracts';
import {
  agentRegistered,
  agentRevoked,
  agentTagged,
  ControlHistory,
  HISTORY_BEGINS_MS,
  orderIdOf,
  stopLifted,
  stopOrdered,
} from '#testing';
import { dueOrders, heldTags, resumptionOf, why } from './holding.js';
import { strictest } from './covers.js';
import { PLAN_SAMPLE_MAX, planOf } from './plan.js';

const email = 'agent://acme/production/email' as Address;
const billing = 'agent://acme/production/billing' as Address;
const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const fleet = () =>
  new ControlHistory().all([
    agentRegistered(email),
    agentTagged(email, 'bulk', 'mail'),
    agentRegistered(billing),
  ]);

describe('why', () => {
  it('names every order that holds the agent, and by what, the oldest first', () => {
    const history = fleet().all([
      stopOrdered({ org: 'acme', capability: 'tool:*' }, { id: 'a' }),
      stopOrdered({ tag: 'bulk', namespace: 'acme/production' }, { id: 'b' }),
      stopOrdered({ tag: 'mail', org: 'acme' }, { id: 'c' }),
      stopOrdered({ namespace: 'acme/production' }, { id: 'd' }),
      stopOrdered({ agent: email }, { id: 'e' }),
      stopOrdered({ agent: billing }, { id: 'f' }),
    ]);
    const said = why(history.view, email).map(({ order, by, capability }) => [
      order.orderId,
      by,
      capability,
    ]);
    expect(said).toEqual([
      [orderIdOf('a'), { kind: 'org', name: 'acme' }, 'tool:*'],
      [orderIdOf('b'), { kind: 'tag', name: 'bulk', scope: 'acme/production' }, null],
      [orderIdOf('c'), { kind: 'tag', name: 'mail', scope: 'acme' }, null],
      [orderIdOf('d'), { kind: 'namespace', name: 'acme/production' }, null],
      [orderIdOf('e'), { kind: 'agent', name: email }, null],
    ]);
  });
});

describe('resuming one agent', () => {
  const ids = (history: ControlHistory) => {
    const resumption = resumptionOf(history.view, email);
    const orders = resumption.kind === 'nothing-held' ? [] : resumption.orders;
    return [resumption.kind, ...orders.map((order) => order.orderId)];
  };

  it('is nothing where nothing holds it', () => {
    expect(ids(fleet().all([stopOrdered({ agent: billing })]))).toEqual(['nothing-held']);
    expect(ids(fleet().all([stopOrdered({ agent: email }), stopLifted()]))).toEqual([
      'nothing-held',
    ]);
  });
  it('lifts all orders on exactly that agent', () =>
    expect(
      ids(
        fleet().all([
          stopOrdered({ agent: email }, { id: 'a' }),
          stopOrdered({ agent: email, capability: 'tool:*' }, { id: 'b', mode: 'pause' }),
        ]),
      ),
    ).toEqual(['lift', orderIdOf('a'), orderIdOf('b')]));
  it('lifts none where a wider order holds it, and names that', () =>
    expect(
      ids(
        fleet().all([
          stopOrdered({ agent: email }, { id: 'a' }),
          stopOrdered({ tag: 'bulk', org: 'acme' }, { id: 'b' }),
        ]),
      ),
    ).toEqual(['held-wider', orderIdOf('b')]));
});

describe('heldTags', () => {
  it('are those by which a stop holds the agent', () => {
    const history = fleet().all([
      stopOrdered({ tag: 'mail', org: 'acme' }),
      stopOrdered({ tag: 'other', org: 'acme' }, { id: 'two' }),
    ]);
    expect(heldTags(history.view, email)).toEqual(['mail']);
    expect(heldTags(history.view, billing)).toEqual([]);
  });
});

describe('dueOrders', () => {
  const expiresAt = new Date(HISTORY_BEGINS_MS + 60_000).toISOString();
  const due = (history: ControlHistory, ms: number) =>
    dueOrders(history.view, HISTORY_BEGINS_MS + ms).map((order) => order.orderId);

  it('are those whose time is over by the clock of the log', () => {
    const history = fleet().all([
      stopOrdered({ agent: email }, { id: 'a', expiresAt }),
      stopOrdered({ agent: email }, { id: 'b' }),
    ]);
    expect(due(history, 59_999)).toEqual([]);
    expect(due(history, 60_000)).toEqual([orderIdOf('a')]);
    expect(due(history.all([stopLifted('a')]), 60_000)).toEqual([]);
  });
  it('never hold a quarantine, which ends only with its root cause', () => {
    const terms = { id: 'a', expiresAt, mode: 'quarantine' as const };
    expect(due(fleet().all([stopOrdered({ agent: email }, terms)]), 60_000)).toEqual([]);
  });
});

describe('strictest', () => {
  it('is halt, then quarantine, pause and drain', () => {
    expect(strictest(['drain', 'pause', 'quarantine', 'halt'])).toBe('halt');
    expect(strictest(['drain', 'pause', 'quarantine'])).toBe('quarantine');
    expect(strictest(['drain', 'pause'])).toBe('pause');
    expect(strictest([])).toBeNull();
  });
});

describe('planOf', () => {
  const plan = (history: ControlHistory, selector: object) =>
    planOf(history.view, selector as Selector, hash);

  it('names what a stop would hit now', () => {
    expect(plan(fleet(), { tag: 'bulk' as Tag, org: 'acme' })).toMatchObject({
      agents: [email],
      count: 1,
    });
    expect(plan(fleet(), { namespace: 'acme/production' }).agents).toEqual([billing, email]);
    expect(plan(fleet(), { namespace: 'acme/staging' }).count).toBe(0);
  });
  it('counts a literal address that nobody registered, since the stop would stand', () =>
    expect(plan(new ControlHistory(), { agent: email }).agents).toEqual([email]));
  it('leaves out the revoked', () =>
    expect(plan(fleet().all([agentRevoked(email)]), { org: 'acme' }).agents).toEqual([billing]));
  it('has the same hash while the match is the same, whatever came in between', () => {
    const before = plan(fleet(), { org: 'acme' });
    const after = plan(fleet().all([stopOrdered({ agent: email })]), { org: 'acme' });
    expect(after.hash).toBe(before.hash);
  });
  it('has another hash for another match or another selector', () => {
    const more = fleet().all([agentRegistered('agent://acme/staging/email')]);
    const hashes = [
      plan(fleet(), { org: 'acme' }),
      plan(more, { org: 'acme' }),
      plan(fleet(), { org: 'acme', capability: 'tool:*' }),
      plan(fleet(), { namespace: 'acme/production' }),
    ].map((one) => one.hash);
    expect(new Set(hashes).size).toBe(4);
  });
  it('shows a sample of a wide plan, and hashes all of it', () => {
    const addresses = Array.from(
      { length: 2500 },
      (_, index) => `agent://acme/production/a${index}`,
    );
    const wide = new ControlHistory().all(addresses.map(agentRegistered));
    const before = plan(wide, { org: 'acme' });
    expect([before.count, before.sample.length]).toEqual([2500, PLAN_SAMPLE_MAX]);
    expect(
      plan(wide.all([agentRevoked('agent://acme/production/a999')]), { org: 'acme' }).hash,
    ).not.toBe(before.hash);
  });
});
