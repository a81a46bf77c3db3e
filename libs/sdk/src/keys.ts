import { createKey, listKeys, revokeKey } from '#contracts';
import type { TenantQuery } from './agents.js';
import type { BodyOf, Caller } from './http/caller.js';
import type { CallOptions } from './http/transport.js';

/** Keys of people and services; agents' keys are listed and revoked here too. */
export class KeysApi {
  constructor(private readonly caller: Caller) {}

  /** Issues a key with roles; `token` is shown this once. */
  create(body: BodyOf<typeof createKey>, options?: CallOptions) {
    return this.caller.call(createKey, { body }, options);
  }

  list(query: TenantQuery & { readonly kind?: 'op' | 'sa' } = {}, options?: CallOptions) {
    return this.caller.call(listKeys, { query: { ...query } }, options);
  }

  /** For good, at every gateway. */
  revoke(keyId: string, reason: string | null = null, options?: CallOptions) {
    return this.caller.call(revokeKey, { params: { key_id: keyId }, body: { reason } }, options);
  }
}
