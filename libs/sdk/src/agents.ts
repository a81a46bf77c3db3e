import {
  createServiceAccount,
  createServiceAccountKey,
  getAgent,
  getServiceAccount,
  listAgents,
  listServiceAccounts,
  revokeServiceAccountKey,
  rotateServiceAccountKey,
} from '#contracts';
import type { BodyOf, Caller } from './http/caller.js';
import type { CallOptions } from './http/transport.js';

export interface TenantQuery {
  readonly org_id?: string;
  readonly workspace_id?: string;
  readonly limit?: number;
  readonly cursor?: string;
}

/** The directory of agents. How they are is asked of `mesh`. */
export class AgentsApi {
  constructor(private readonly caller: Caller) {}

  list(query: TenantQuery = {}, options?: CallOptions) {
    return this.caller.call(listAgents, { query: { ...query } }, options);
  }

  /** @param address `agent://org/workspace/name`. */
  get(address: string, options?: CallOptions) {
    const [org = '', workspace = '', name = ''] = address.replace(/^agent:\/\//, '').split('/');
    return this.caller.call(getAgent, { params: { org, workspace, name } }, options);
  }
}

/** Agents' identities and their keys. */
export class ServiceAccountsApi {
  constructor(private readonly caller: Caller) {}

  /** Registers an agent. A name that is taken is a 409 `already_exists`. */
  create(body: BodyOf<typeof createServiceAccount>, options?: CallOptions) {
    return this.caller.call(createServiceAccount, { body }, options);
  }

  list(query: TenantQuery = {}, options?: CallOptions) {
    return this.caller.call(listServiceAccounts, { query: { ...query } }, options);
  }

  get(id: string, options?: CallOptions) {
    return this.caller.call(getServiceAccount, { params: { service_account_id: id } }, options);
  }

  /** Issues a key for the agent; `token` is shown this once. */
  createKey(id: string, body: BodyOf<typeof createServiceAccountKey> = {}, options?: CallOptions) {
    return this.caller.call(
      createServiceAccountKey,
      { params: { service_account_id: id }, body },
      options,
    );
  }

  /** A new key in place of this one, which works on for the overlap; `token` is shown this once. */
  rotateKey(
    id: string,
    keyId: string,
    body: BodyOf<typeof rotateServiceAccountKey> = {},
    options?: CallOptions,
  ) {
    const params = { service_account_id: id, key_id: keyId };
    return this.caller.call(rotateServiceAccountKey, { params, body }, options);
  }

  /** Refused at every gateway from now on: 401. */
  revokeKey(id: string, keyId: string, options?: CallOptions) {
    return this.caller.call(
      revokeServiceAccountKey,
      { params: { service_account_id: id, key_id: keyId }, body: {} },
      options,
    );
  }
}
