import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ClockReading } from './clock-reading.js';
import type { LogFact } from './log-entry.js';
import { Membership } from './membership.js';

const at = (ms: number): ClockReading => ({ monoMs: ms, wallMs: ms });

describe('the members of a mesh', () => {
  let membership: Membership;
  let sequence: number;

  const read = (fact: LogFact, ms = 0): void => {
    sequence += 1;
    const record = { subject: 's', storedAtMs: 0, text: '' };
    membership.apply({ sequence, bytes: 1, fact, record }, at(ms));
  };
  const join = (gateway: string, boot: number, ms = 0): void =>
    read({ kind: 'gateway-joined', gateway, boot, join: 'j', modes: ['halt'] }, ms);

  beforeEach(() => {
    membership = new Membership();
    sequence = 0;
  });

  it('are the nodes that joined, sorted, with the sequence of their last change', () => {
    read({ kind: 'node-joined', node: 'n2', join: 'j' });
    read({ kind: 'node-joined', node: 'n1', join: 'j' });
    join('g1', 1);
    expect(membership.nodes).toEqual(['n1', 'n2']);
    expect(membership.sequence).toBe(2);
  });

  it('are boots of gateways in their order: the late join of a lower one means nothing', () => {
    join('g1', 2);
    join('g1', 1);
    expect([...membership.gateways()]).toEqual([{ gateway: 'g1', boot: 2 }]);
    expect(membership.ended).toEqual([]);
  });

  it('count on after a higher boot has joined, until their lease is over', () => {
    join('g1', 1);
    join('g1', 2, 500);
    expect(membership.ended).toEqual([{ gateway: 'g1', boot: 1, endedAt: at(500) }]);
    expect(membership.isMember({ gateway: 'g1', boot: 1 })).toBe(false);
    membership.forgetEnded(() => true);
    expect(membership.ended).toEqual([]);
  });

  it('are gone when they left cleanly', () => {
    join('g1', 1);
    read({ kind: 'gateway-left', gateway: 'g1', boot: 1 });
    expect([...membership.gateways(), ...membership.ended, ...membership.removed()]).toEqual([]);
  });

  it('stay known as removed until they come back', () => {
    join('g1', 1);
    read({ kind: 'gateway-removed', gateway: 'g1', boot: 1 });
    expect([...membership.removed()]).toEqual([{ gateway: 'g1', boot: 1 }]);
    join('g1', 2);
    expect([...membership.removed()]).toEqual([]);
  });

  it('that are nodes may not know of their removal, but of their leave', () => {
    for (const node of ['n1', 'n2']) read({ kind: 'node-joined', node, join: 'j' });
    read({ kind: 'node-removed', node: 'n1' });
    read({ kind: 'node-left', node: 'n2' });
    expect([...membership.removedNodes]).toEqual(['n1']);
    read({ kind: 'node-joined', node: 'n1', join: 'k' });
    expect([...membership.removedNodes]).toEqual([]);
    expect(membership.joinOf('n1')).toBe(5);
  });
});
