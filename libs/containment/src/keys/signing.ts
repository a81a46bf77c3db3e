import { canonicalBytes, type Signable, type Signing } from '#domain';
import type { KeyRing, SignerKind } from './key-ring.js';
import type { SigningKey } from './signing-key.js';

/** Gateways renew and confirm; everything else is a node's word. */
const kindOf = (kind: Signable['kind']): SignerKind =>
  kind === 'renewal' || kind === 'receipt' ? 'gateway' : 'node';

/** Only an order says itself when it was signed: one outlives the key that signed it. */
const atOf = (message: Signable): number | null =>
  message.kind === 'order' ? message.value.atWallMs : null;

/** An answer carries all that its gateway has not read; everybody else follows the log. */
const readToOf = (message: Signable): number => {
  if (message.kind !== 'answer') return Infinity;
  const { events, position } = message.value;
  const [first] = events;
  return first === undefined ? position : first.sequence - 1;
};

/**
 * The protocol's signatures, made with the key of this moment and checked by the ring. An answer to a renewal is checked
 * before it is read and once more by the protocol: the second time is remembered, not computed.
 */
export class RingSigning implements Signing {
  #lastAnswer: { readonly text: string; readonly signature: string } | null = null;

  constructor(
    /** @param readTo how far the one to whom it is said has read the log */
    private readonly key: (readTo: number) => SigningKey,
    private readonly ring: KeyRing,
    private readonly onForged: (kind: Signable['kind']) => void = () => undefined,
  ) {}

  sign(message: Signable): string {
    return this.key(readToOf(message)).sign(canonicalBytes(message));
  }

  verify(message: Signable, signature: string, signer: string): boolean {
    const text = canonicalBytes(message);
    const { kind } = message;
    const last = this.#lastAnswer;
    if (kind === 'answer' && last?.signature === signature && last.text === text) return true;
    const claim = { kind: kindOf(kind), signer, signature, text, atMs: atOf(message) };
    const isGenuine = this.ring.verify(claim);
    if (!isGenuine) this.onForged(kind);
    if (kind === 'answer' && isGenuine) this.#lastAnswer = { text, signature };
    return isGenuine;
  }
}
