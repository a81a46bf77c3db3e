import type { KeyId } from '#contracts';

/** `op`: a person or service with roles. `sa`: a service account, the identity of one agent. */
export type KeyKind = 'op' | 'sa';

export interface KeyToken {
  readonly kind: KeyKind;
  readonly keyId: KeyId;
  /** 64 hex digits; shown once, kept nowhere. */
  readonly secret: string;
}

const TOKEN = /^estop_(op|sa)_([a-z0-9]{16})_([0-9a-f]{64})$/;

/** `estop_<kind>_<key id>_<secret>` */
export const formatKey = (token: KeyToken): string =>
  `estop_${token.kind}_${token.keyId}_${token.secret}`;

/** `null` for anything that is not spelt exactly like a key. */
export const parseKey = (text: string): KeyToken | null => {
  const match = TOKEN.exec(text);
  if (match === null) return null;
  return { kind: match[1] as KeyKind, keyId: match[2] as KeyId, secret: match[3] as string };
};

/** The last four characters, to tell keys apart in a list. */
export const keyHint = (secret: string): string => secret.slice(-4);
