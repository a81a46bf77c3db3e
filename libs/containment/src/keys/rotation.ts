import {
  keySubject,
  type ControlEvent,
  type ControlFact,
  type GatewayId,
  type NodeId,
} from '#contracts';
import { signedText } from '#domain';
import type { RawLog } from '#event-store';
import { record, type Clock, type Ids, type Logger, type StoredControl } from '#platform';
import { signedEvent } from '../wire/authentic.js';
import type { RotateOrder } from '../wire/rotate-order.js';
import type { IdentityFile, OwnKey } from './identity-file.js';
import type { KeyRing } from './key-ring.js';
import type { SigningKey } from './signing-key.js';

/** After its owner has read the new key in the log, everybody who is connected gets so long to read it, too. */
const READ_BY_ALL_MS = 2_000;
const RETRY_MS = 250;
/** An ask older than this is a replay; the nonces of so many younger ones are remembered. */
const ASK_AGE_MS_MAX = 60_000;
const NONCES_MAX = 1_000;

/** Whose key it is. A gateway's belongs to one of its boots. */
export type KeyOwner =
  { readonly kind: 'node' } | { readonly kind: 'gateway'; readonly boot: () => number };

export interface RotationOptions {
  readonly owner: KeyOwner;
  readonly identity: IdentityFile;
  readonly ring: KeyRing;
  /** Over the kill path. */
  readonly log: RawLog;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
}

/**
 * A signer's change to a new key, without a moment in which nobody can check it: the new key is on the disk and in the log,
 * said with the old one; the old one goes on signing until everybody has read that.
 *
 * What the log says last of this signer counts, for that is what others check by. So a process that ended in between, and
 * finds its new key in the log, signs with it at once; and where a join with the old key comes after it, with the old one.
 */
export class KeyRotation {
  private pending: OwnKey | null;
  private timer: NodeJS.Timeout | null = null;
  private isStopped = false;
  private readonly nonces = new Set<string>();
  #previous: { readonly own: OwnKey; readonly sequence: number } | null = null;

  constructor(private readonly options: RotationOptions) {
    this.pending = options.identity.unused;
  }

  /** A control node asks for a new key. Answers whether that can be believed; what is not for this one has no effect. */
  asked(ask: RotateOrder, signature: string): boolean {
    const { clock, ring, owner, identity } = this.options;
    const isNow = Math.abs(clock.nowMs() - ask.atMs) <= ASK_AGE_MS_MAX;
    const text = signedText('rotate', ask);
    const claim = { kind: 'node', signer: ask.node, signature, text, atMs: null } as const;
    if (!isNow || this.nonces.has(ask.nonce) || !ring.verify(claim)) return false;
    this.nonces.add(ask.nonce);
    const [oldest] = this.nonces;
    if (this.nonces.size > NONCES_MAX && oldest !== undefined) this.nonces.delete(oldest);
    if (ask.kind === owner.kind && ask.id === identity.id) void this.begin();
    return true;
  }

  /** Asked again before the last one came to an end, it goes on with that one. Never rejects. */
  async begin(): Promise<void> {
    const { identity, log, clock, ids, logger, owner } = this.options;
    if (this.timer !== null) return;
    try {
      this.pending ??= await identity.next();
      const actor = { kind: owner.kind, id: identity.id, via: 'mesh' } as const;
      const about = { actor, org: null, workspace: null, correlationId: ids.uuid() };
      const fact = rotated(owner, identity.id, this.pending.key);
      const event = record(fact, about, clock, ids) as ControlEvent;
      const text = JSON.stringify(signedEvent(event, identity.id, identity.current));
      const subject = keySubject(identity.id);
      await log.append({ subject, text, messageId: event.id, expectLastSubjectSequence: null });
    } catch (error) {
      // Whether it is in the log or not the reading tells.
      logger.warn({ err: error }, 'a new key is not known to be in the control log');
    }
  }

  /** To be told of every event of the log, in order. */
  read({ sequence, storedAtMs, decoded }: StoredControl): void {
    if (!decoded.known) return;
    const said = this.saidOfMe(decoded.event);
    if (said === null) return;
    if (said.by === 'join') return this.joined(said.publicKey);
    if (said.publicKey !== this.pending?.key.publicKey || this.timer !== null) return;
    // A forerunner's: everybody has read it by now.
    if (this.options.clock.nowMs() - storedAtMs >= READ_BY_ALL_MS) return this.use(sequence);
    this.timer = setTimeout(() => this.use(sequence), READ_BY_ALL_MS);
  }

  /** The key to sign with; to who has read the log up to `readTo` only, and so not of the new key, the one before it. */
  keyFor(readTo: number): SigningKey {
    return this.#previous !== null && readTo < this.#previous.sequence
      ? this.#previous.own.key
      : this.options.identity.current;
  }

  /** Every key that others may address this signer by, the one in use first. */
  get keys(): readonly SigningKey[] {
    const { current } = this.options.identity;
    const [next, before] = [this.pending?.key, this.#previous?.own.key];
    if (next === undefined && before === undefined) return [current];
    return [current, next, before].filter((key) => key !== undefined);
  }

  stop(): void {
    this.isStopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
  }

  private use(sequence: number): void {
    const { identity, logger } = this.options;
    this.timer = null;
    if (this.pending === null || this.isStopped) return;
    this.#previous = { own: identity.currentOwn, sequence };
    identity.use(this.pending);
    this.pending = null;
    logger.info({ key: identity.current.keyId }, 'signs with a new key');
    void this.keep();
  }

  // A new key is on the disk beside the old one until then: a process that ends now finds it in the log, and takes it up.
  private async keep(): Promise<void> {
    const { identity, logger } = this.options;
    try {
      await identity.keep();
    } catch (error) {
      logger.error({ err: error }, 'a new key cannot be written to the disk; trying again');
      if (this.isStopped) return;
      setTimeout(() => void this.keep(), RETRY_MS).unref();
    }
  }

  // A join says the key anew. With the one before, it came after the change: that is to be made again.
  private joined(publicKey: string | null): void {
    const { identity } = this.options;
    const previous = this.#previous?.own;
    if (publicKey === identity.current.publicKey) {
      if (this.timer !== null) clearTimeout(this.timer);
      this.timer = null;
    } else if (previous !== undefined && publicKey === previous.key.publicKey) {
      this.pending = identity.currentOwn;
      this.#previous = null;
      identity.use(previous);
    }
  }

  private saidOfMe(event: ControlEvent): Said | null {
    const { owner, identity } = this.options;
    const said = owner.kind === 'node' ? saidOfNode(event) : saidOfGateway(event);
    return said?.id === identity.id ? said : null;
  }
}

interface Said {
  readonly id: string;
  readonly by: 'join' | 'change';
  readonly publicKey: string | null;
}

const saidOfNode = (event: ControlEvent): Said | null => {
  if (event.type !== 'NodeJoined' && event.type !== 'NodeKeyRotated') return null;
  const { node, publicKey } = event.data;
  return { id: node, by: event.type === 'NodeJoined' ? 'join' : 'change', publicKey };
};

const saidOfGateway = (event: ControlEvent): Said | null => {
  if (event.type !== 'GatewayJoined' && event.type !== 'GatewayKeyRotated') return null;
  const { gateway, publicKey } = event.data;
  return { id: gateway, by: event.type === 'GatewayJoined' ? 'join' : 'change', publicKey };
};

const rotated = (owner: KeyOwner, id: string, { keyId, publicKey }: SigningKey): ControlFact =>
  owner.kind === 'node'
    ? { type: 'NodeKeyRotated', data: { node: id as NodeId, keyId, publicKey } }
    : {
        type: 'GatewayKeyRotated',
        data: { gateway: id as GatewayId, boot: owner.boot(), keyId, publicKey },
      };
