import type { Renewal, RenewalAnswer, Unsigned } from '#domain';
import { KeyRing } from './key-ring.js';
import { RingSigning } from './signing.js';
import { generateKey, openKey, type SigningKey } from './signing-key.js';

const last = { sequence: 6, storedAtMs: 1 };
const value: Renewal = { gateway: 'g1', boot: 1, nonce: 'n', position: 7, last, applied: [] };
const renewal = { kind: 'renewal', value } as const;
const answered: Unsigned<RenewalAnswer> = {
  ...{ node: 'n1', gateway: 'g1', boot: 1, nonce: 'n', position: 7, last, wanted: [] },
  ...{ members: ['n1', 'n2'], membershipSequence: 2, events: [], pending: [], more: false },
  ...{ logAgeMs: 1, echoAgeMs: 1 },
};
const answer = { kind: 'answer', value: answered } as const;

describe('what a gateway and a node say to each other', () => {
  let ring: KeyRing;
  let keys: Record<'g1' | 'n1' | 'n2', SigningKey>;
  let forged: string[];
  const as = (...own: SigningKey[]): RingSigning => {
    const [key] = own as [SigningKey];
    return new RingSigning({ keys: own, keyFor: () => key }, ring, (what) => forged.push(what));
  };
  beforeEach(() => {
    ring = new KeyRing();
    keys = { g1: openKey(generateKey()), n1: openKey(generateKey()), n2: openKey(generateKey()) };
    ring.add('gateway', 'g1', keys.g1.publicKey, 0);
    for (const node of ['n1', 'n2'] as const) ring.add('node', node, keys[node].publicKey, 0);
    forged = [];
  });

  it('is believed by every node that it is said to, and by the gateway that asked', () => {
    const signature = as(keys.g1).sign(renewal);
    expect(as(keys.n1).verify(renewal, signature, 'g1')).toBe(true);
    expect(as(keys.n2).verify(renewal, signature, 'g1')).toBe(true);
    expect(as(keys.g1).verify(answer, as(keys.n1).sign(answer), 'n1')).toBe(true);
    expect(forged).toEqual([]);
  });

  it('is a forgery where a word of it is another, or nobody said it', () => {
    const [part = ''] = as(keys.g1).sign(renewal).split(',');
    const moved = { kind: 'renewal', value: { ...value, position: 8 } } as const;
    expect(as(keys.n1).verify(moved, part, 'g1')).toBe(false);
    for (const signature of ['', 'x', `${part}x`, part.replace(/.$/, '!'), `a.b.c.d,${part}`])
      expect(as(keys.n1).verify(renewal, signature, 'g1')).toBe(false);
    expect(forged).toEqual(Array.from({ length: 6 }, () => 'renewal'));
  });

  it('cannot be said by a gateway in the name of a node, nor by a node in another name', () => {
    const text = as(keys.g1).sign(answer);
    expect(as(keys.g1).verify(answer, text, 'n1')).toBe(false);
    expect(as(keys.g1).verify(answer, as(keys.n2).sign(answer), 'n1')).toBe(false);
    expect(forged).toEqual(['answer', 'answer']);
  });

  it('is worth nothing as anything else', () => {
    const message = as(keys.g1).sealPosition('text') ?? '';
    const [seal = ''] = message.split('\n');
    expect(as(keys.n1).openPosition('g1', message)).toBe('text');
    expect(as(keys.n1).openPosition('g1', `${seal}\ntexT`)).toBeNull();
    expect(as(keys.n1).verify(renewal, seal, 'g1')).toBe(false);
  });

  it('is not believed and no forgery while its sayer is not known, or where it was said to others', () => {
    const signature = as(keys.g1).sign(renewal);
    ring.nodeGone('n2');
    const toOne = as(keys.g1).sign(renewal);
    expect(as(keys.n2).verify(renewal, toOne, 'g1')).toBe(false);
    ring = new KeyRing();
    expect(as(keys.n1).verify(renewal, signature, 'g1')).toBe(false);
    expect(forged).toEqual([]);
  });

  it('goes on while either of them takes a new key', () => {
    const next = openKey(generateKey());
    const before = as(keys.g1).sign(renewal);
    ring.add('node', 'n1', next.publicKey, 1);
    expect(as(keys.n1, next).verify(renewal, as(keys.g1).sign(renewal), 'g1')).toBe(true);
    expect(as(next, keys.n1).verify(renewal, before, 'g1')).toBe(true);
    const own = openKey(generateKey());
    ring.add('gateway', 'g1', own.publicKey, 1);
    expect(as(next).verify(renewal, as(keys.g1).sign(renewal), 'g1')).toBe(true);
    expect(as(keys.g1, own).verify(answer, as(next).sign(answer), 'n1')).toBe(true);
    expect(forged).toEqual([]);
  });

  it('is said to nobody where no node is known', () => {
    ring = new KeyRing();
    expect(as(keys.g1).sign(renewal)).toBe('');
    expect(as(keys.n1).sign(answer)).toBe('');
    expect(as(keys.g1).sealPosition('text')).toBeNull();
  });
});
