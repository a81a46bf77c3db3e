import type { KeyObject } from 'node:crypto';
import type { OrderBody } from '#domain';
import { isSignedBy, keyIdOf, openPublicKey, parseSignature } from './signing-key.js';

/** Who may say what: nodes orders, answers and joins; gateways renewals, receipts and positions. */
export type SignerKind = 'node' | 'gateway';

interface RingKey {
  readonly kind: SignerKind;
  readonly publicKey: string;
  readonly key: KeyObject;
  /** By the log's clock, milliseconds since the epoch; `null`: in use. */
  retiredAtMs: number | null;
}

export interface Claim {
  readonly kind: SignerKind;
  readonly signer: string;
  readonly signature: string;
  readonly text: string;
  /** When it says that it was signed, milliseconds since the epoch; `null`: now. */
  readonly atMs: number | null;
}

/** A key that was replaced still counts for so long: messages and readers under way need it. */
export const RETIRED_GRACE_MS = 60_000;
/** So many keys of one signer are remembered; the oldest are forgotten, and with them what only they signed. */
const KEYS_MAX = 64;

/**
 * The public keys of nodes and gateways, folded from the control log. What may write there is the server's permissions;
 * from there on nothing counts that the named signer's key has not signed.
 */
export class KeyRing {
  readonly #signers = new Map<string, Map<string, RingKey>>();
  readonly #memberNodes = new Set<string>();
  #verified = new WeakSet<OrderBody>();
  #hasNode = false;
  #logTimeMs = 0;
  /** Keys of events up to here are in the ring. */
  position = 0;

  /** Whether any control node has ever joined with a key: what is older was never signed. */
  get signingBegan(): boolean {
    return this.#hasNode;
  }

  /** Another log is read from its beginning. */
  startOver(): void {
    this.#signers.clear();
    this.#memberNodes.clear();
    this.#verified = new WeakSet();
    this.#hasNode = false;
    this.position = 0;
  }

  /** The log says that `signer` signs with this key from now on. */
  add(kind: SignerKind, signer: string, publicKey: string, atMs: number): void {
    this.#logTimeMs = Math.max(this.#logTimeMs, atMs);
    const key = openPublicKey(publicKey);
    if (key === null) return;
    if (kind === 'node') {
      this.#hasNode = true;
      this.#memberNodes.add(signer);
    }
    const keys = this.#signers.get(signer) ?? new Map<string, RingKey>();
    this.#signers.set(signer, keys);
    for (const other of keys.values()) other.retiredAtMs ??= atMs;
    const keyId = keyIdOf(publicKey);
    keys.delete(keyId);
    keys.set(keyId, { kind, publicKey, key, retiredAtMs: null });
    const [oldest] = keys.keys();
    if (keys.size > KEYS_MAX && oldest !== undefined) keys.delete(oldest);
  }

  /** The node left or was removed: what it signed counts as before, but nothing is said to it any more. */
  nodeGone(node: string): void {
    this.#memberNodes.delete(node);
  }

  memberNodes(): Iterable<string> {
    return this.#memberNodes;
  }

  /** Whether any key of this signer was ever read. */
  knows(signer: string): boolean {
    return this.#signers.has(signer);
  }

  /** The key that was read last; `null`: none. */
  newestOf(kind: SignerKind, signer: string): { keyId: string; publicKey: string } | null {
    for (const [keyId, found] of this.#signers.get(signer) ?? []) {
      if (found.retiredAtMs === null && found.kind === kind)
        return { keyId, publicKey: found.publicKey };
    }
    return null;
  }

  /** Of a key that counts now; `null`: it does not. */
  publicKeyOf(kind: SignerKind, signer: string, keyId: string): string | null {
    const found = this.#signers.get(signer)?.get(keyId);
    return found?.kind === kind && this.#isInTime(found, null) ? found.publicKey : null;
  }

  /** The log's clock, as far as it was read: the time against which retired keys run out. */
  passed(atMs: number): void {
    this.#logTimeMs = Math.max(this.#logTimeMs, atMs);
  }

  /** This order's signature was checked, and is its signer's. */
  wasVerified(order: OrderBody): void {
    this.#verified.add(order);
  }

  hasVerified(order: OrderBody): boolean {
    return this.#verified.has(order);
  }

  /** Total: whatever comes in, the answer is yes or no. */
  verify({ kind, signer, signature, text, atMs }: Claim): boolean {
    const parsed = parseSignature(signature);
    if (parsed === null) return false;
    const found = this.#signers.get(signer)?.get(parsed.keyId);
    if (found === undefined || found.kind !== kind) return false;
    if (!this.#isInTime(found, atMs)) return false;
    return isSignedBy(found.key, text, parsed.bytes);
  }

  #isInTime({ retiredAtMs }: RingKey, atMs: number | null): boolean {
    return retiredAtMs === null || (atMs ?? this.#logTimeMs) <= retiredAtMs + RETIRED_GRACE_MS;
  }
}
