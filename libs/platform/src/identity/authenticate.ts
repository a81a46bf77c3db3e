import { timingSafeEqual } from 'node:crypto';
import { partsOf, type Principal } from '#contracts';
import { permissionsOf, type ControlView, type KeyRecord } from '#domain';
import { sha256Hex } from './hashed-ids.js';
import { parseKey, type KeyToken } from './key-token.js';

export type Authentication =
  | { readonly ok: true; readonly principal: Principal }
  | {
      readonly ok: false;
      readonly code: 'unauthenticated' | 'key_revoked' | 'key_expired';
      readonly detail: string;
    };

export type HeaderMap = Readonly<Record<string, string | string[] | undefined>>;

/** What authentication reads of the fold. */
export type KeyRing = Pick<ControlView, 'key' | 'agent'>;

const HOW = 'Send the key as "x-api-key: KEY" or "Authorization: Bearer KEY".';

/**
 * Who is calling. `x-api-key` decides; an `Authorization` that is not an `estop_` key is then ignored, and two different
 * `estop_` keys are refused, since one of them would be silently without effect. Keys are found by their id and compared
 * in constant time by the SHA-256 of their secret.
 */
export const authenticate = (view: KeyRing, headers: HeaderMap, nowMs: number): Authentication => {
  const presented = presentedKey(headers);
  if (typeof presented !== 'string') return presented;
  const token = parseKey(presented);
  const record = token === null ? undefined : view.key(token.keyId);
  if (!token || !record || !matches(record, token)) {
    return refuse('unauthenticated', `The key is not one that this mesh knows. ${HOW}`);
  }
  return standing(view, record, nowMs);
};

const refuse = (
  code: 'unauthenticated' | 'key_revoked' | 'key_expired',
  detail: string,
): Authentication => ({ ok: false, code, detail });

const one = (value: string | string[] | undefined): string =>
  (Array.isArray(value) ? value.join(', ') : (value ?? '')).trim();

const bearerOf = (headers: HeaderMap): string => {
  const match = /^bearer +(\S+)$/i.exec(one(headers.authorization));
  return match?.[1] ?? '';
};

/** The key to check, or why none is. */
const presentedKey = (headers: HeaderMap): string | Authentication => {
  const apiKey = one(headers['x-api-key']);
  const bearer = bearerOf(headers);
  if (apiKey === '') {
    return bearer === '' ? refuse('unauthenticated', `No key was sent. ${HOW}`) : bearer;
  }
  if (bearer.startsWith('estop_') && bearer !== apiKey) {
    return refuse('unauthenticated', 'Two different keys were sent. Send one.');
  }
  return apiKey;
};

/** The key as the caller sent it; `null` where none that could be checked was sent. */
export const presentedText = (headers: HeaderMap): string | null => {
  const presented = presentedKey(headers);
  return typeof presented === 'string' ? presented : null;
};

const matches = (record: KeyRecord, token: KeyToken): boolean => {
  const sent = Buffer.from(sha256Hex(token.secret));
  const kept = Buffer.from(record.secretSha256);
  return (
    record.holder.kind === token.kind && sent.length === kept.length && timingSafeEqual(sent, kept)
  );
};

const standing = (view: KeyRing, record: KeyRecord, nowMs: number): Authentication => {
  if (record.revokedAt !== null) {
    return refuse('key_revoked', `The key ${record.keyId} was revoked at ${record.revokedAt}.`);
  }
  if (record.expiresAtMs !== null && nowMs >= record.expiresAtMs) {
    return refuse('key_expired', `The key ${record.keyId} expired at ${record.expiresAt}.`);
  }
  if (record.holder.kind === 'sa' && view.agent(record.holder.address)?.revoked) {
    return refuse('key_revoked', `The agent ${record.holder.address} was revoked.`);
  }
  return { ok: true, principal: principalOf(record) };
};

const principals = new WeakMap<KeyRecord, Principal>();

/** Made once a record: requests come by the thousand with the same key. */
const principalOf = (record: KeyRecord): Principal => {
  const known = principals.get(record);
  if (known) return known;
  const principal = makePrincipal(record);
  principals.set(record, principal);
  return principal;
};

const makePrincipal = (record: KeyRecord): Principal => {
  const { keyId, org, workspace, workspaceOnly, holder } = record;
  if (holder.kind === 'sa') {
    const parts = partsOf(holder.address);
    return {
      kind: 'sa',
      keyId,
      org: parts.org,
      workspace: parts.workspace,
      address: holder.address,
    };
  }
  const { name, meshWide, roles } = holder;
  const permissions = permissionsOf(roles, meshWide);
  return { kind: 'op', keyId, name, org, workspace, workspaceOnly, meshWide, roles, permissions };
};
