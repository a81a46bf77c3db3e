import {
  createHash,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  diffieHellman,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';

/** The prime of the field under both curves. */
const P = 2n ** 255n - 19n;
const BYTES = 32;
const PURPOSE = 'estop/pair/1';

/**
 * The X25519 half (RFC 7748) of an Ed25519 public key (RFC 8032), both in base64url: the same point on the other form of the
 * curve, `u = (1 + y) / (1 - y)`. `null` where the text is no public key.
 */
export const agreementPublicKey = (publicKey: string): string | null => {
  const bytes = Buffer.from(publicKey, 'base64url');
  if (bytes.length !== BYTES) return null;
  // The highest bit is the sign of the other coordinate.
  const y = numberOf(bytes) & (2n ** 255n - 1n);
  if (y >= P || y === 1n) return null;
  return bytesOf(mod((1n + y) * inverse(mod(1n - y)))).toString('base64url');
};

/** The private half that belongs to {@link agreementPublicKey}; both are derived from the one key on the disk. */
export const agreementKey = (publicKey: string, privateKey: string): KeyObject => {
  const seed = Buffer.from(privateKey, 'base64url');
  const scalar = createHash('sha512').update(seed).digest().subarray(0, BYTES);
  const x = agreementPublicKey(publicKey);
  if (x === null) throw new TypeError('no Ed25519 public key');
  const jwk = { kty: 'OKP', crv: 'X25519', x, d: scalar.toString('base64url') };
  return createPrivateKey({ key: jwk, format: 'jwk' });
};

/**
 * The key that the holders of two Ed25519 keys have in common and nobody else has, for HMAC-SHA256. `null` where the other's
 * is no public key, or one that would agree with everybody.
 */
export const commonKey = (own: KeyObject, otherPublicKey: string): KeyObject | null => {
  const x = agreementPublicKey(otherPublicKey);
  if (x === null) return null;
  try {
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x }, format: 'jwk' });
    const shared = diffieHellman({ privateKey: own, publicKey });
    return createSecretKey(Buffer.from(hkdfSync('sha256', shared, '', PURPOSE, BYTES)));
  } catch {
    return null;
  }
};

const mod = (value: bigint): bigint => ((value % P) + P) % P;

// By Fermat: the exponent is P - 2. Made once for each key, so its time tells nobody anything; what it works on is public.
const inverse = (value: bigint): bigint => {
  let result = 1n;
  let power = value;
  for (let exponent = P - 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = mod(result * power);
    power = mod(power * power);
  }
  return result;
};

const numberOf = (littleEndian: Buffer): bigint =>
  BigInt(`0x${Buffer.from(littleEndian).reverse().toString('hex')}`);

const bytesOf = (value: bigint): Buffer =>
  Buffer.from(value.toString(16).padStart(2 * BYTES, '0'), 'hex').reverse();
