import type { StopMode } from '#contracts';
import { type ClockReading, elapsedMs } from './clock-reading.js';
import { RETRY_AFTER_MS } from './constants.js';
import { GatewayMembership, type GatewayPhase } from './gateway-membership.js';
import type { GatewayOutput, Pin } from './gateway-messages.js';
import { type Delivery, LogCursor } from './log-cursor.js';
import { type AppendAnswer, isLasting, type LogEntry, type LogMark } from './log-entry.js';
import { JoinAppends } from './join-appends.js';
import { LogIdentity, type LogRestoredWord } from './log-identity.js';
import { Resubscription } from './resubscription.js';

/** What a pin says of the log. */
export type PinnedLog = Pick<Pin, 'incarnation' | 'highestSequence'>;

export interface GatewayLogOf {
  readonly gateway: string;
  readonly joinNonce: string;
  readonly modes: readonly StopMode[];
  /** Of the disk when the process began. */
  readonly pin: PinnedLog;
  readonly emit: (output: GatewayOutput) => void;
  /** An event of the log, in order, for the first time. */
  readonly onEntry: (entry: LogEntry, now: ClockReading) => void;
  /** Whatever was proven is proven no more. */
  readonly onLeaseOver: () => void;
  /** The disk belongs to another incarnation since. */
  readonly onRestored: () => void;
  /** All that was read is void. */
  readonly onStartOver: () => void;
}

/** A gateway as a reader of the log: its position, its membership, and whether this is still the log that it knows. */
export class GatewayLog {
  readonly #subscription: Resubscription;
  #cursor = new LogCursor();
  #identity: LogIdentity;
  #membership: GatewayMembership;
  #pinned: PinnedLog;
  #isOfAnotherName = false;
  #joins = new JoinAppends();
  #triedAt: ClockReading | null = null;

  constructor(private readonly of: GatewayLogOf) {
    this.#subscription = new Resubscription((fromSequence) =>
      of.emit({ kind: 'resubscribe', fromSequence }),
    );
    this.#identity = new LogIdentity(of.pin.incarnation);
    this.#membership = new GatewayMembership(of.gateway, of.joinNonce, of.modes);
    this.#pinned = of.pin;
  }

  get phase(): GatewayPhase {
    return this.#membership.phase;
  }

  get boot(): number {
    return this.#membership.boot;
  }

  get position(): number {
    return this.#cursor.position;
  }

  get last(): LogMark {
    return this.#cursor.last;
  }

  get resumeFrom(): number {
    return this.#subscription.from(this.#cursor);
  }

  /** What belongs on the disk now; rolled back, what belonged there before. */
  get pin(): PinnedLog {
    if (this.phase === 'rolled-back') return this.#pinned;
    const { mine, current } = this.#identity;
    const highestSequence = Math.max(this.position, this.#pinned.highestSequence);
    return { incarnation: mine ?? current, highestSequence };
  }

  subscribed(consumer: string, from: number): void {
    this.#subscription.began(from);
    this.#cursor.subscribed(consumer, from);
  }

  delivered(delivery: Delivery, now: ClockReading): void {
    const arrival = this.#cursor.arrive(delivery);
    if (arrival === 'foreign') this.#rollBack('event');
    if (arrival === 'gap') this.#subscription.gap(this.#cursor, now);
    if (arrival === 'next') this.read(delivery.entry, now);
    if (arrival === 'next' || arrival === 'repeated') this.#mayBeRead(delivery, now);
  }

  /** Reads the whole log again; what was read before is compared, and not applied twice. */
  readAgain(): void {
    this.#subscription.fromStart();
  }

  /** By its own consumer or in an answer, after everything before it; what was read already is passed over. */
  read(entry: LogEntry, now: ClockReading): void {
    if (entry.sequence <= this.position) return;
    this.#cursor.applied(entry);
    const isRestored = this.#identity.read(entry.fact);
    if (this.phase === 'rolled-back') return;
    if (this.#membership.read(entry) === 'lost') this.of.onLeaseOver();
    if (isRestored) this.#restored();
    if (this.phase !== 'reading' && this.#identity.isForeign) return this.#rollBack('name');
    if (isLasting(entry)) this.of.onEntry(entry, now);
  }

  /**
   * Whether what an answer carries comes right after what was read here by now: that may be more than its renewal named
   * (`after`), and then it must be among it.
   */
  continues(
    { events, position }: { readonly events: readonly LogEntry[]; readonly position: number },
    after: LogMark,
  ): boolean {
    const { sequence, storedAtMs } = this.last;
    if (sequence === after.sequence || sequence > position) return true;
    return events.some(
      (entry) => entry.sequence === sequence && entry.record.storedAtMs === storedAtMs,
    );
  }

  /** Whether a node that names this mark speaks of the log that was read here: then there is no more up to its position. */
  agrees({ last, position }: { readonly last: LogMark; readonly position: number }): boolean {
    if (this.phase !== 'member' || this.#cursor.compare(last) !== 'same') return false;
    this.#cursor.advance(position);
    return true;
  }

  tick(now: ClockReading): void {
    this.#subscription.tick(this.#cursor, now);
    if (this.phase !== 'joining') return;
    if (this.#triedAt !== null && elapsedMs(this.#triedAt, now) < RETRY_AFTER_MS) return;
    this.#join(now);
  }

  // A log that reads short is "not ready", never a roll-back: only an acknowledged append tells.
  appended(ref: string, answer: AppendAnswer): void {
    if (!this.#isOpen) return;
    const said = this.#joins.answered(ref, answer, this.#pinned.highestSequence);
    if (said === 'rolled-back') this.#rollBack('event');
    if (said === 'not-read' && this.phase === 'joining') this.readAgain();
  }

  /** A node's word that the log goes on for another; only reading it tells. Orders stand, and nothing is admitted meanwhile. */
  restoreTold({ old }: LogRestoredWord): void {
    if (!this.#isOpen || this.#identity.mine !== old) return;
    this.#pinned = this.pin;
    this.of.onLeaseOver();
    this.#startOver({ isRestored: false, isAwaited: true });
  }

  leave(): void {
    const append = this.#membership.leaveAppend();
    if (append !== null) this.of.emit(append);
  }

  get #isOpen(): boolean {
    return this.phase === 'joining' || this.phase === 'member';
  }

  // Nobody serves who has not read the log; its end may be an old one, so membership waits for the own join.
  #mayBeRead({ pending }: Delivery, now: ClockReading): void {
    if (pending > 0 || this.#identity.isShort) return;
    if (this.phase === 'rolled-back') return this.#mayStartOver();
    if (this.phase !== 'reading') return;
    if (this.#identity.isForeign) return this.#rollBack('name');
    this.#identity.adopt();
    this.#membership.phase = 'joining';
    this.#join(now);
  }

  #join(now: ClockReading): void {
    this.#triedAt = now;
    const append = this.#membership.joinAppend();
    this.#joins.sent(append.ref, this.position);
    this.of.emit(append);
  }

  #restored(): void {
    this.#pinned = { incarnation: this.#identity.mine, highestSequence: 0 };
    this.of.onRestored();
  }

  // Its orders stay in force; nothing is admitted any more, and the log is read for the word of the operators alone.
  #rollBack(by: 'name' | 'event'): void {
    if (this.phase === 'left' || this.phase === 'superseded') return;
    if (this.phase !== 'rolled-back') {
      this.#pinned = this.pin;
      this.#isOfAnotherName = by === 'name';
      this.#membership.phase = 'rolled-back';
      this.of.onLeaseOver();
      this.of.emit({ kind: 'alarm', problem: 'log-rolled-back' });
    }
    this.#readAnew(new LogIdentity(this.#pinned.incarnation));
  }

  // A log of another name may only have been read short, before the word of its restore.
  #mayStartOver(): void {
    const { wasRestored, isForeign } = this.#identity;
    if (!wasRestored && (isForeign || !this.#isOfAnotherName)) return;
    this.#startOver({ isRestored: wasRestored, isAwaited: false });
  }

  #startOver({ isRestored, isAwaited }: { isRestored: boolean; isAwaited: boolean }): void {
    this.#membership = this.#membership.startedOver();
    this.#joins = new JoinAppends();
    this.#triedAt = null;
    this.of.emit({ kind: 'start-over' });
    this.of.onStartOver();
    if (isRestored) this.#restored();
    // Told of a restore that was not read yet, it must be read: an end before it is an old one.
    this.#readAnew(this.#identity.startedOver(isAwaited));
  }

  #readAnew(identity: LogIdentity): void {
    this.#cursor = new LogCursor();
    this.#identity = identity;
    this.readAgain();
  }
}
