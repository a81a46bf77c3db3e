import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import { sha256Hex } from '#platform';
import { agreementKey, commonKey } from './agreement.js';

/** An Ed25519 key pair (RFC 8032) as it is kept on disk: 32 bytes each, in base64url. */
export interface KeyText {
  readonly publicKey: string;
  readonly privateKey: string;
}

/** One key that signs. Its id is derived from the public half, so nobody can choose another's. */
export interface SigningKey {
  readonly keyId: string;
  readonly publicKey: string;
  /** `{key id}.{base64url}`, as every signature of the mesh looks. */
  sign(text: string): string;
  /** The key that this one's holder has in common with the holder of another; `null` where that is no public key. */
  inCommonWith(publicKey: string): KeyObject | null;
}

const KEY_ID_LENGTH = 16;

export const keyIdOf = (publicKey: string): string => sha256Hex(publicKey).slice(0, KEY_ID_LENGTH);

export const generateKey = (): KeyText => {
  const jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  return { publicKey: String(jwk.x), privateKey: String(jwk.d) };
};

/** @throws TypeError when the halves are no key pair */
export const openKey = ({ publicKey, privateKey }: KeyText): SigningKey => {
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: publicKey, d: privateKey };
  const key = createPrivateKey({ key: jwk, format: 'jwk' });
  const agreeing = agreementKey(publicKey, privateKey);
  const keyId = keyIdOf(publicKey);
  return {
    keyId,
    publicKey,
    inCommonWith: (other) => commonKey(agreeing, other),
    sign: (text) => `${keyId}.${sign(null, Buffer.from(text), key).toString('base64url')}`,
  };
};

/** `null` where the text is no public key. */
export const openPublicKey = (publicKey: string): KeyObject | null => {
  try {
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
  } catch {
    return null;
  }
};

/** Splits `{key id}.{base64url}`; `null` where it has another form. */
export const parseSignature = (
  signature: string,
): { readonly keyId: string; readonly bytes: Buffer } | null => {
  const match = /^([A-Za-z0-9_-]{1,63})\.([A-Za-z0-9_-]{86})$/.exec(signature);
  if (match === null) return null;
  return { keyId: match[1] as string, bytes: Buffer.from(match[2] as string, 'base64url') };
};

/** Never throws: nothing that comes in may. */
export const isSignedBy = (key: KeyObject, text: string, bytes: Buffer): boolean => {
  try {
    return verify(null, Buffer.from(text), key, bytes);
  } catch {
    return false;
  }
};
