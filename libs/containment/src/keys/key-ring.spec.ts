import { KeyRing, RETIRED_GRACE_MS } from './key-ring.js';
import { generateKey, openKey } from './signing-key.js';

const AT_MS = 1_000_000;

const claimed = (key: ReturnType<typeof openKey>, over: object = {}) => ({
  kind: 'node' as const,
  signer: 'n1',
  signature: key.sign('text'),
  text: 'text',
  atMs: null,
  ...over,
});

describe('the key ring', () => {
  const key = openKey(generateKey());
  let ring: KeyRing;
  beforeEach(() => {
    ring = new KeyRing();
    ring.add('node', 'n1', key.publicKey, AT_MS);
  });

  it('believes the named signer, with its own key, about exactly this text', () => {
    expect(ring.verify(claimed(key))).toBe(true);
    expect(ring.verify(claimed(key, { text: 'texT' }))).toBe(false);
    expect(ring.verify(claimed(key, { signer: 'n2' }))).toBe(false);
    expect(ring.verify(claimed(openKey(generateKey())))).toBe(false);
  });

  it('believes no gateway in what only a node may say', () => {
    expect(ring.verify(claimed(key, { kind: 'gateway' }))).toBe(false);
  });

  it.each(['', '.', 'x', `${'a'.repeat(64)}.b`, `k.${'!'.repeat(86)}`])(
    'says no to what is no signature: %j',
    (signature) => {
      expect(ring.verify(claimed(key, { signature }))).toBe(false);
    },
  );

  it('goes on with the old key for a while after a rotation, and then no more', () => {
    const next = openKey(generateKey());
    ring.add('node', 'n1', next.publicKey, AT_MS + 1);
    expect(ring.verify(claimed(key))).toBe(true);
    expect(ring.verify(claimed(next))).toBe(true);
    ring.passed(AT_MS + 2 + RETIRED_GRACE_MS);
    expect(ring.verify(claimed(key))).toBe(false);
    expect(ring.verify(claimed(next))).toBe(true);
  });

  it('still believes an old key about what was signed in its time', () => {
    ring.add('node', 'n1', openKey(generateKey()).publicKey, AT_MS + 1);
    ring.passed(AT_MS + 10 * RETIRED_GRACE_MS);
    expect(ring.verify(claimed(key, { atMs: AT_MS }))).toBe(true);
    expect(ring.verify(claimed(key, { atMs: AT_MS + 2 * RETIRED_GRACE_MS }))).toBe(false);
  });

  it('knows whether anything was ever signed', () => {
    expect(new KeyRing().signingBegan).toBe(false);
    expect(ring.signingBegan).toBe(true);
  });
});
