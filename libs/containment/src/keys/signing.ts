import { canonicalBytes, type Signable, type Signing } from '#domain';
import type { KeyRing, SignerKind } from './key-ring.js';
import type { SigningKey } from './signing-key.js';

/** Gateways renew and confirm; everything else is a node's word. */
const kindOf = (kind: Signable['kind']): SignerKind =>
  kind === 'renewal' || kind === 'receipt' ? 'gateway' : 'node';

/** Only an order says itself when it was signed: one outlives the key that signed it. */
const atOf = (message: Signable): number | null =>
  message.kind === 'order' ? message.value.atWallMs : null;

/**
 * The protocol's signatures, made with the key of this moment and checked by the ring. An answer to a renewal is checked
 * before it is read and once more by the protocol: the second time is remembered, not computed.
 */
export class RingSigning implements Signing {
  #lastAnswer: { readonly text: string; readonly signature: string } | null = null;

  constructor(
    private readonly key: () => SigningKey,
    private readonly ring: KeyRing,
  ) {}

  sign(message: Signable): string {
    return this.key().sign(canonicalBytes(message));
  }

  verify(message: Signable, signature: string, signer: string): boolean {
    const text = canonicalBytes(message);
    const { kind } = message;
    const last = this.#lastAnswer;
    if (kind === 'answer' && last?.signature === signature && last.text === text) return true;
    const claim = { kind: kindOf(kind), signer, signature, text, atMs: atOf(message) };
    const isGenuine = this.ring.verify(claim);
    if (kind === 'answer' && isGenuine) this.#lastAnswer = { text, signature };
    return isGenuine;
  }
}
