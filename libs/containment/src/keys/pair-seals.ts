import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto';
import type { KeyRing, SignerKind } from './key-ring.js';
import type { SigningKey } from './signing-key.js';

/** So many common keys are remembered; making one anew costs some tenths of a millisecond. */
const REMEMBERED_MAX = 20_000;
/** One seal for each control node: as long as that, at most. */
export const SEALS_LENGTH_MAX = 8_192;

const NODES_MAX = 64;

/** `not-for-me`: it is sealed for others, or by somebody of whom nothing was read yet; not believed, and no forgery. */
export type Opened = 'genuine' | 'forged' | 'not-for-me';

export interface Sealed {
  readonly kind: SignerKind;
  readonly signer: string;
  readonly seal: string;
  readonly text: string;
}

interface Part {
  readonly theirs: string;
  readonly mine: string;
  readonly mac: string;
}

/**
 * Words that one gateway and one node say to each other many times a second, and that nobody else relies on: each is sealed
 * with an HMAC under the key that the two have in common by their Ed25519 keys in the control log. A seal looks like
 * `{key id of who seals}.{key id of who opens}.{base64url}`; several are separated by commas.
 */
export class PairSeals {
  readonly #common = new Map<string, KeyObject | null>();

  constructor(
    /** All keys that others may know this one by, from the key in use on. */
    private readonly own: () => readonly SigningKey[],
    private readonly ring: KeyRing,
  ) {}

  /** For every member node that this one has read of, each for itself; empty: there is none. */
  forNodes(text: string, key: SigningKey): string {
    const seals: string[] = [];
    for (const node of this.ring.memberNodes()) {
      if (seals.length === NODES_MAX) break;
      const seal = this.for('node', node, { text, key });
      if (seal !== '') seals.push(seal);
    }
    return seals.join(',');
  }

  /** Empty: of this one no key was read. */
  for(kind: SignerKind, to: string, { text, key }: { text: string; key: SigningKey }): string {
    const theirs = this.ring.newestOf(kind, to);
    const common = theirs && this.#commonKey(key, theirs.publicKey);
    if (!theirs || !common) return '';
    return `${key.keyId}.${theirs.keyId}.${macOf(common, text).toString('base64url')}`;
  }

  /** Total: whatever comes in, there is an answer. */
  open({ kind, signer, seal, text }: Sealed): Opened {
    const parts = partsOf(seal);
    if (parts === null) return 'forged';
    if (!this.ring.knows(signer)) return 'not-for-me';
    for (const key of this.own()) {
      const part = parts.find(({ mine }) => mine === key.keyId);
      if (part === undefined) continue;
      const publicKey = this.ring.publicKeyOf(kind, signer, part.theirs);
      const common = publicKey === null ? null : this.#commonKey(key, publicKey);
      return common !== null && isMac(common, text, part.mac) ? 'genuine' : 'forged';
    }
    return 'not-for-me';
  }

  #commonKey(own: SigningKey, publicKey: string): KeyObject | null {
    const id = `${own.keyId} ${publicKey}`;
    const known = this.#common.get(id);
    if (known !== undefined) return known;
    const common = own.inCommonWith(publicKey);
    const [oldest] = this.#common.keys();
    if (this.#common.size >= REMEMBERED_MAX && oldest !== undefined) this.#common.delete(oldest);
    this.#common.set(id, common);
    return common;
  }
}

const macOf = (key: KeyObject, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest();

const isMac = (key: KeyObject, text: string, mac: string): boolean => {
  const claimed = Buffer.from(mac, 'base64url');
  const expected = macOf(key, text);
  return claimed.length === expected.length && timingSafeEqual(claimed, expected);
};

/** `null`: it has another form. */
const partsOf = (seal: string): Part[] | null => {
  if (seal === '' || seal.length > SEALS_LENGTH_MAX) return null;
  const parts: Part[] = [];
  for (const text of seal.split(',')) {
    const [theirs, mine, mac, ...more] = text.split('.');
    if (!theirs || !mine || !mac || more.length > 0) return null;
    parts.push({ theirs, mine, mac });
  }
  return parts;
};
