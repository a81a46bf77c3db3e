import { canonicalBytes, signedText, type Signable, type Signing } from '#domain';
import { joinSealed, splitSealed } from '../wire/sealed-message.js';
import type { KeyRing, SignerKind } from './key-ring.js';
import { PairSeals, type Opened } from './pair-seals.js';
import type { SigningKey } from './signing-key.js';

/** The keys of who signs. */
export interface OwnKeys {
  /** Every key that others may address this signer by, the one in use first. */
  readonly keys: readonly SigningKey[];
  /** The one to sign with. @param readTo how far the one to whom it is said has read the log */
  keyFor(readTo: number): SigningKey;
}

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

const POSITION = 'position';

/**
 * The protocol's signatures, made with the key of this moment and checked by the ring: Ed25519 for everything that is passed
 * on or kept; renewals and their answers, which one gateway and one node say to each other all the time, are sealed between
 * the two.
 */
export class RingSigning implements Signing {
  readonly #seals: PairSeals;

  constructor(
    private readonly own: OwnKeys,
    private readonly ring: KeyRing,
    private readonly onForged: (kind: Signable['kind'] | 'position') => void = () => undefined,
  ) {
    this.#seals = new PairSeals(() => own.keys, ring);
  }

  /** Empty where it is sealed, and there is nobody to say it to. */
  sign(message: Signable): string {
    const text = canonicalBytes(message);
    const key = this.own.keyFor(readToOf(message));
    if (message.kind === 'renewal') return this.#seals.forNodes(text, key);
    if (message.kind === 'answer')
      return this.#seals.for('gateway', message.value.gateway, { text, key });
    return key.sign(text);
  }

  verify(message: Signable, signature: string, signer: string): boolean {
    const text = canonicalBytes(message);
    const kind = kindOf(message.kind);
    if (message.kind === 'renewal' || message.kind === 'answer') {
      const opened = this.#seals.open({ kind, signer, seal: signature, text });
      return this.#believed(opened, message.kind);
    }
    const isGenuine = this.ring.verify({ kind, signer, signature, text, atMs: atOf(message) });
    if (!isGenuine) this.onForged(message.kind);
    else if (message.kind === 'order') this.ring.wasVerified(message.value);
    return isGenuine;
  }

  /** What a gateway says of itself, as every node believes it; `null`: it knows of none. */
  sealPosition(text: string): string | null {
    const seal = this.#seals.forNodes(signedText(POSITION, text), this.own.keyFor(Infinity));
    return seal === '' ? null : joinSealed(seal, text);
  }

  /** What the gateway sealed for this node; `null`: it is not its word. */
  openPosition(gateway: string, message: string): string | null {
    const { seal, text } = splitSealed(message);
    const claim = { signer: gateway, seal, text: signedText(POSITION, text) };
    const opened = this.#seals.open({ kind: 'gateway', ...claim });
    return this.#believed(opened, POSITION) ? text : null;
  }

  #believed(opened: Opened, what: Signable['kind'] | 'position'): boolean {
    if (opened === 'forged') this.onForged(what);
    return opened === 'genuine';
  }
}
