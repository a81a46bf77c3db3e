import { describe, expect, it } from '@jest/globals';
import { canonicalBytes } from './canonical-bytes.js';
import type { Renewal } from './messages.js';

const renewal: Renewal = {
  gateway: 'g1',
  boot: 2,
  nonce: 'n',
  position: 7,
  last: { sequence: 6, storedAtMs: 1 },
  applied: ['o2', 'o1'],
};

describe('canonical bytes', () => {
  it('are one text for one message, whatever the order of its fields', () => {
    const { gateway, ...rest } = renewal;
    const text =
      'estop/renewal/1\n{"applied":["o2","o1"],"boot":2,"gateway":"g1","last":{"sequence":6,"storedAtMs":1},"nonce":"n","position":7}';
    expect(canonicalBytes({ kind: 'renewal', value: renewal })).toBe(text);
    expect(canonicalBytes({ kind: 'renewal', value: { ...rest, gateway } })).toBe(text);
  });

  it('cannot be those of another kind of message', () => {
    const receipt = {
      orderId: 'o1',
      gateway: 'g1',
      boot: 1,
      position: 1,
      appliedAfterMs: 0,
      cut: { streams: 0, calls: 0 },
    };
    expect(canonicalBytes({ kind: 'receipt', value: receipt })).toMatch(/^estop\/receipt\/1\n/);
  });

  it('keep strings apart that would run together without quotes', () => {
    const one = canonicalBytes({ kind: 'renewal', value: { ...renewal, nonce: 'a","boot":1' } });
    expect(one).toContain(String.raw`"nonce":"a\",\"boot\":1"`);
  });
});
