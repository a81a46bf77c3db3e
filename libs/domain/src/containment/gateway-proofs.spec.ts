import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ClockReading } from './clock-reading.js';
import { GatewayProofs } from './gateway-proofs.js';
import type { RenewalAnswer } from './messages.js';

const at = (ms: number, wallAheadMs = 0): ClockReading => ({
  monoMs: ms,
  wallMs: ms + wallAheadMs,
});

const LAST = { sequence: 5, storedAtMs: 0 };

const answer = (more: Partial<RenewalAnswer> = {}): RenewalAnswer => ({
  node: 'n1',
  gateway: 'g1',
  boot: 1,
  nonce: 'x',
  members: ['n1', 'n2'],
  membershipSequence: 2,
  position: 5,
  last: { sequence: 5, storedAtMs: 0 },
  events: [],
  pending: [],
  more: false,
  logAgeMs: null,
  echoAgeMs: null,
  wanted: [],
  signature: 's',
  ...more,
});

describe('what a gateway has proven', () => {
  let proofs: GatewayProofs;
  beforeEach(() => {
    proofs = new GatewayProofs();
    proofs.sent({ nonce: 'x', last: LAST }, at(1_000));
  });

  it('by one answer is as old as the log of that node', () => {
    proofs.proven(answer({ logAgeMs: 120 }), at(1_040));
    expect(proofs.ageMs(at(1_040))).toBe(160);
  });

  it('by all members is as old as the renewal', () => {
    proofs.proven(answer({ echoAgeMs: 9_000 }), at(1_040));
    proofs.proven(answer({ node: 'n2', echoAgeMs: 9_000 }), at(1_060));
    expect(proofs.ageMs(at(1_060))).toBe(60);
  });

  it('by all members needs the word of each on this very renewal', () => {
    proofs.proven(answer({ echoAgeMs: 0 }), at(1_040));
    proofs.sent({ nonce: 'y', last: LAST }, at(1_150));
    proofs.proven(answer({ node: 'n2', nonce: 'y', echoAgeMs: 0 }), at(1_160));
    expect(proofs.ageMs(at(1_160))).toBeNull();
  });

  it('by one node that is the only member is a proof by all', () => {
    proofs.proven(answer({ members: ['n1'], echoAgeMs: 0 }), at(1_040));
    expect(proofs.ageMs(at(1_040))).toBe(40);
  });

  it('never gets older by an older answer', () => {
    proofs.proven(answer({ logAgeMs: 10 }), at(1_020));
    proofs.proven(answer({ logAgeMs: 400 }), at(1_030));
    expect(proofs.ageMs(at(1_030))).toBe(40);
  });

  it('is nothing where a clock stood still since the send', () => {
    proofs.proven(answer({ logAgeMs: 0 }), at(1_010, 21));
    expect(proofs.ageMs(at(1_010, 21))).toBeNull();
  });

  it('is not extended by the answer to a renewal that is older than the lease', () => {
    proofs.sent({ nonce: 'y', last: LAST }, at(1_800));
    expect(proofs.askedAfter('x')).toBeNull();
    expect(proofs.askedAfter('y')).toEqual(LAST);
  });
});
