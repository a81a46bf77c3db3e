import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ClockReading } from './clock-reading.js';
import { READY_AFTER_MS } from './constants.js';
import type { LogFact } from './log-entry.js';
import { Membership } from './membership.js';
import { Readiness } from './readiness.js';

const at = (ms: number): ClockReading => ({ monoMs: ms, wallMs: ms });

describe('a node is ready', () => {
  let membership: Membership;
  let readiness: Readiness;
  let sequence: number;

  const read = (fact: LogFact): void => {
    sequence += 1;
    const record = { subject: 's', storedAtMs: 0, text: '' };
    membership.apply({ sequence, bytes: 1, fact, record }, at(0));
  };

  beforeEach(() => {
    membership = new Membership();
    readiness = new Readiness('n3');
    sequence = 0;
    for (const node of ['n1', 'n2', 'n3']) read({ kind: 'node-joined', node, join: 'j' });
    readiness.joined(3, at(0));
  });

  it('once every other member has acknowledged its join', () => {
    expect(readiness.check(membership, at(1))).toEqual(['n1', 'n2']);
    readiness.acknowledged('n1', 3);
    expect(readiness.check(membership, at(600))).toEqual(['n2']);
    readiness.acknowledged('n2', 3);
    readiness.check(membership, at(601));
    expect(readiness.readyAt).toEqual(at(601));
  });

  it('not by acknowledgements of another join', () => {
    for (const node of ['n1', 'n2']) readiness.acknowledged(node, 2);
    readiness.check(membership, at(1));
    expect(readiness.readyAt).toBeNull();
  });

  it('not before those have acknowledged that were removed and may not know it', () => {
    read({ kind: 'node-removed', node: 'n2' });
    readiness.acknowledged('n1', 3);
    expect(readiness.check(membership, at(1))).toEqual(['n2']);
    expect(readiness.readyAt).toBeNull();
  });

  it('without those that left cleanly', () => {
    read({ kind: 'node-left', node: 'n2' });
    readiness.acknowledged('n1', 3);
    readiness.check(membership, at(1));
    expect(readiness.readyAt).toEqual(at(1));
  });

  it('without anybody once no echo can be young that was sent before its join', () => {
    readiness.check(membership, at(READY_AFTER_MS - 1));
    expect(readiness.readyAt).toBeNull();
    readiness.check(membership, at(READY_AFTER_MS));
    expect(readiness.readyAt).toEqual(at(READY_AFTER_MS));
  });

  it('not any more after its removal, and asks anew after its next join', () => {
    for (const node of ['n1', 'n2']) readiness.acknowledged(node, 3);
    readiness.check(membership, at(1));
    readiness.lost();
    expect(readiness.readyAt).toBeNull();
    readiness.joined(9, at(2));
    expect(readiness.check(membership, at(3))).toEqual(['n1', 'n2']);
  });
});
