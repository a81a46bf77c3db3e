import { describe, expect, it } from '@jest/globals';
import { canonicalBytes, canonicalJson } from './canonical-bytes.js';
import type { Renewal, RenewalAnswer, Unsigned } from './messages.js';

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

  it('are those of sorted JSON for an answer, too, whether it carries events or not', () => {
    const answer: Unsigned<RenewalAnswer> = {
      ...{ node: 'n1', gateway: 'g1', boot: 2, nonce: 'n', position: 7, wanted: ['o1'] },
      ...{ members: ['n1', 'n2'], membershipSequence: 3, last: { storedAtMs: 1, sequence: 6 } },
      ...{ events: [], pending: [], more: false, logAgeMs: 1.5, echoAgeMs: null },
    };
    const text = `estop/answer/1\n${canonicalJson(answer)}`;
    expect(canonicalBytes({ kind: 'answer', value: answer })).toBe(text);
    const record = { subject: 's', storedAtMs: 2, text: '{}' };
    const fact = { kind: 'other', body: null } as const;
    const carrying = { ...answer, events: [{ sequence: 7, bytes: 2, record, fact }] };
    const carried = `estop/answer/1\n${canonicalJson({ ...answer, events: [[7, 's', 2, '{}']] })}`;
    expect(canonicalBytes({ kind: 'answer', value: carrying })).toBe(carried);
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
