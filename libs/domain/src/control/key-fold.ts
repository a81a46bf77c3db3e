import type { Address, ControlEvent, KeyId, OrgName, Timestamp } from '#contracts';
import { msOf } from '../time/timestamp.js';
import type { KeyRecord } from './control-records.js';

type Of<T extends ControlEvent['type']> = Extract<ControlEvent, { type: T }>;

/** Every key that was ever issued; a revoked one stays, to be refused by name. */
export class KeyFold {
  readonly #keys = new Map<KeyId, KeyRecord>();
  readonly #byAddress = new Map<Address, KeyId[]>();
  readonly #byOrg = new Map<OrgName, KeyId[]>();

  get(keyId: KeyId): KeyRecord | null {
    return this.#keys.get(keyId) ?? null;
  }

  of(address: Address): KeyRecord[] {
    return this.#records(this.#byAddress.get(address) ?? []);
  }

  all(org?: OrgName): KeyRecord[] {
    return org === undefined ? [...this.#keys.values()] : this.#records(this.#byOrg.get(org) ?? []);
  }

  /** `agentRevoked`: the holder was revoked before, so the key never becomes valid. */
  issue(event: Of<'KeyIssued'>, sequence: number, agentRevoked: boolean): void {
    const { keyId, holder, org, expiresAt } = event.data;
    if (this.#keys.has(keyId)) return;
    this.#keys.set(keyId, {
      ...event.data,
      createdAt: event.at,
      expiresAtMs: expiresAt === null ? null : msOf(expiresAt),
      revokedAt: agentRevoked ? event.at : null,
      lastSequence: sequence,
    });
    push(this.#byOrg, org, keyId);
    if (holder.kind === 'sa') push(this.#byAddress, holder.address, keyId);
  }

  /** It expires then, or when it was to expire anyway. */
  retire(event: Of<'KeyRetired'>, sequence: number): void {
    const { keyId, expiresAt } = event.data;
    const key = this.#keys.get(keyId);
    if (key === undefined) return;
    const expiresAtMs = Math.min(key.expiresAtMs ?? Number.POSITIVE_INFINITY, msOf(expiresAt));
    const retired = {
      expiresAtMs,
      expiresAt: key.expiresAtMs === expiresAtMs ? key.expiresAt : expiresAt,
    };
    this.#keys.set(keyId, { ...key, ...retired, lastSequence: sequence });
  }

  /** The key if it was valid until now. */
  revoke(keyId: KeyId, at: Timestamp, sequence: number): KeyId[] {
    const key = this.#keys.get(keyId);
    if (key === undefined || key.revokedAt !== null) return [];
    this.#keys.set(keyId, { ...key, revokedAt: at, lastSequence: sequence });
    return [keyId];
  }

  /** The keys of an agent that were valid until now. The events of a key stand on its own subject, not on the agent's. */
  revokeAllOf(address: Address, at: Timestamp): KeyId[] {
    return this.of(address).flatMap((key) => this.revoke(key.keyId, at, key.lastSequence));
  }

  #records(ids: readonly KeyId[]): KeyRecord[] {
    return ids.flatMap((id) => this.#keys.get(id) ?? []);
  }
}

const push = <K>(index: Map<K, KeyId[]>, key: K, keyId: KeyId): void => {
  const known = index.get(key);
  if (known) known.push(keyId);
  else index.set(key, [keyId]);
};
