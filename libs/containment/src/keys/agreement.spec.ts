import { createPublicKey } from 'node:crypto';
import { agreementKey, agreementPublicKey, commonKey } from './agreement.js';
import { generateKey } from './signing-key.js';

const agreeing = (text = generateKey()) => ({
  publicKey: text.publicKey,
  own: agreementKey(text.publicKey, text.privateKey),
});

describe('the agreement of two keys', () => {
  it('takes the public half to the same point as the private half', () => {
    for (let count = 0; count < 20; count += 1) {
      const { publicKey, own } = agreeing();
      const jwk = createPublicKey(own).export({ format: 'jwk' });
      expect(agreementPublicKey(publicKey)).toBe(jwk.x);
    }
  });

  it('is that of RFC 8032 and RFC 7748 for a known key', () => {
    // The first test key of RFC 8032, and its form on the other curve as libsodium gives it.
    const hex = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a';
    const u = agreementPublicKey(Buffer.from(hex, 'hex').toString('base64url')) ?? '';
    expect(Buffer.from(u, 'base64url').toString('hex')).toBe(
      'd85e07ec22b0ad881537c2f44d662d1a143cf830c57aca4305d85c7a90f6b62e',
    );
  });

  it('gives both the same secret, and a third another one', () => {
    const [a, b, c] = [agreeing(), agreeing(), agreeing()];
    const secret = (own: typeof a, other: typeof a): string | undefined =>
      commonKey(own.own, other.publicKey)?.export().toString('hex');
    expect(secret(a, b)).toHaveLength(64);
    expect(secret(a, b)).toBe(secret(b, a));
    expect(secret(c, b)).not.toBe(secret(a, b));
  });

  it.each([
    '',
    'short',
    Buffer.alloc(32, 0xff).toString('base64url'),
    // y = 1 and y = -1: points that agree with everybody.
    Buffer.from([1, ...Buffer.alloc(31)]).toString('base64url'),
    Buffer.from([0xec, ...Buffer.alloc(30, 0xff), 0x7f]).toString('base64url'),
  ])('refuses what is no key, or a key that agrees with everybody: %j', (text) => {
    expect(commonKey(agreeing().own, text)).toBeNull();
  });
});
