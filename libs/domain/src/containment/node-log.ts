import type { ClockReading } from './clock-reading.js';
import type { Echoes } from './echoes.js';
import type { Delivery } from './log-cursor.js';
import { type AppendAnswer, type LogEntry, type LogMark, nodeSubject } from './log-entry.js';
import { LogIdentity, type LogRestoredWord } from './log-identity.js';
import type { Membership } from './membership.js';
import type { JoinWord, Signing } from './messages.js';
import { NodeJoin } from './node-join.js';
import type { NodeOutput } from './node-messages.js';
import { NodeReading } from './node-reading.js';
import type { RecentEvents } from './recent-events.js';
import { Resubscription } from './resubscription.js';
import { Silence } from './silence.js';

/**
 * `reading` the log; `joining`: not a member yet, or not any more; `left`: closed for good; `rolled-back`: of what it reads
 * only the word of two operators counts, until that has come.
 */
export type NodePhase = 'reading' | 'joining' | 'member' | 'left' | 'rolled-back';

export interface NodeLogOf {
  readonly node: string;
  readonly process: string;
  readonly signing: Signing;
  /** Of the log that the spool belongs to; `null` on a new disk. */
  readonly incarnation: string | null;
  readonly emit: (output: NodeOutput) => void;
  /** An event to act upon: consumed in order, for the first time. */
  readonly onEntry: (entry: LogEntry, now: ClockReading) => void;
  /** The log is read to its end. */
  readonly onRead: (now: ClockReading) => void;
  /** What was read is not in the log any more. */
  readonly onLost: () => void;
  /** The log is the right one again, and comes from its first event. */
  readonly onStartOver: () => void;
}

type EchoFact = Extract<LogEntry['fact'], { kind: 'echo' }>;

/** A control node as a reader of the log: its position, its membership, its echoes and who else is there. */
export class NodeLog {
  readonly #join: NodeJoin;
  readonly #subscription: Resubscription;
  #reading: NodeReading;
  #belongedTo: string | null;
  #phase: NodePhase = 'reading';
  #isOfAnotherName = false;
  #logTimeMs: number | null = null;

  constructor(private readonly of: NodeLogOf) {
    this.#join = new NodeJoin(of);
    this.#subscription = new Resubscription((fromSequence) =>
      of.emit({ kind: 'resubscribe', fromSequence }),
    );
    this.#reading = NodeReading.first(of);
    this.#belongedTo = of.incarnation;
  }

  get phase(): NodePhase {
    return this.#phase;
  }

  get position(): number {
    return this.#reading.cursor.position;
  }

  get last(): LogMark {
    return this.#reading.cursor.last;
  }

  get resumeFrom(): number {
    return this.#subscription.from(this.#reading.cursor);
  }

  get logTimeMs(): number | null {
    return this.#logTimeMs;
  }

  get membership(): Membership {
    return this.#reading.membership;
  }

  get recent(): RecentEvents {
    return this.#reading.recent;
  }

  get silence(): Silence {
    return this.#reading.silence;
  }

  get echoes(): Echoes {
    return this.#reading.appends.echoes;
  }

  get isMember(): boolean {
    return this.membership.joinOf(this.of.node) !== null;
  }

  /** `null`: this node must not argue with time. */
  get readyAt(): ClockReading | null {
    return this.#phase === 'member' ? this.#reading.readiness.readyAt : null;
  }

  subscribed(consumer: string, from: number): void {
    this.#subscription.began(from);
    this.#reading.cursor.subscribed(consumer, from);
  }

  delivered(delivery: Delivery, now: ClockReading): void {
    const { cursor } = this.#reading;
    const arrival = cursor.arrive(delivery);
    if (arrival === 'foreign') this.#rollBack('event');
    if (arrival === 'gap') this.#subscription.gap(cursor, now);
    if (arrival === 'next') this.#consume(delivery.entry, now);
    if (arrival === 'next' || arrival === 'repeated') this.#mayBeRead(delivery, now);
  }

  tick(now: ClockReading): void {
    this.#subscription.tick(this.#reading.cursor, now);
    if (this.#phase !== 'joining' && this.#phase !== 'member') return;
    if (this.#phase === 'joining') this.#join.tryNow(this.membership, now);
    const echo = this.#reading.appends.due(this.position, now);
    if (echo !== null) this.of.emit(echo);
    this.#join.askAcknowledgements(this.#reading, now);
    if (this.readyAt !== null) this.#removeSilent(now);
  }

  appended(ref: string, answer: AppendAnswer): void {
    if (this.#reading.appends.disproves(ref, answer)) this.#rollBack('event');
  }

  /** Whether somebody who read the event of this mark may be served: not one who has read another log. */
  mayServe(mark: LogMark): boolean {
    return mark.sequence > this.position || this.#reading.cursor.compare(mark) === 'same';
  }

  /** What a reader of another log must be told; `null`: nothing, or it is not for this node to say. */
  restoreFor(mark: LogMark): LogRestoredWord | null {
    const hasRead = this.#phase === 'member' && this.echoes.hasReturned;
    if (!hasRead || this.#reading.cursor.compare(mark) === 'same') return null;
    return this.#reading.identity.restore;
  }

  /** Only the present join counts: after a removal the old one says nothing about the new. */
  joinAsked({ from, joinSequence }: JoinWord): void {
    const isOpen = this.#phase === 'joining' || this.#phase === 'member';
    if (!isOpen || this.membership.joinOf(from) !== joinSequence) return;
    this.#join.acknowledge(from, joinSequence);
  }

  joinAcknowledged({ from, joinSequence }: JoinWord): void {
    this.#reading.readiness.acknowledged(from, joinSequence);
  }

  /** It takes part in no proof any more, and says so: others need not wait for it. */
  leave(): void {
    const { node } = this.of;
    const wasMember = this.#phase === 'member';
    this.#phase = 'left';
    if (!wasMember) return;
    const fact = { kind: 'node-left', node } as const;
    const expect = this.membership.lastOn(node);
    this.of.emit({ kind: 'append', ref: 'leave', subject: nodeSubject(node), expect, fact });
  }

  // --- The log ---

  #consume(entry: LogEntry, now: ClockReading): void {
    const { identity, cursor, recent, membership } = this.#reading;
    const { fact } = entry;
    cursor.applied(entry);
    const isRestored = identity.read(fact);
    if (this.#phase === 'rolled-back') return;
    if (fact.kind === 'echo') return this.#echo(fact, entry, now);
    if (isRestored) this.#remember();
    if (this.#phase !== 'reading' && identity.isForeign) return this.#rollBack('name');
    recent.add(entry);
    membership.apply(entry, now);
    if ('node' in fact && fact.node === this.of.node) this.#ownMembership(entry.sequence, now);
    this.of.onEntry(entry, now);
    this.of.emit({ kind: 'apply', entry });
  }

  #echo(fact: EchoFact, { record }: LogEntry, now: ClockReading): void {
    this.silence.heard(Silence.ofNode(fact.node), now);
    if (fact.node !== this.of.node || fact.process !== this.of.process) return;
    this.echoes.returned(fact.count, now);
    this.#logTimeMs = Math.max(record.storedAtMs, this.#logTimeMs ?? 0);
  }

  #ownMembership(sequence: number, now: ClockReading): void {
    const { readiness } = this.#reading;
    if (this.isMember) readiness.joined(sequence, now);
    else readiness.lost();
    const isRead = this.#phase === 'joining' || this.#phase === 'member';
    if (isRead) this.#phase = this.isMember ? 'member' : 'joining';
  }

  // An empty log is not one where nobody is a member and nothing is stopped: without its first event it is not read.
  #mayBeRead({ pending }: Delivery, now: ClockReading): void {
    const { identity } = this.#reading;
    if (pending > 0 || identity.isShort) return;
    if (this.#phase === 'rolled-back') return this.#mayStartOver();
    if (this.#phase !== 'reading') return;
    if (identity.isForeign) return this.#rollBack('name');
    if (identity.adopt()) this.#remember();
    this.#phase = this.isMember ? 'member' : 'joining';
    this.of.onRead(now);
  }

  #remember(): void {
    const incarnation = this.#reading.identity.mine;
    if (incarnation !== null) this.of.emit({ kind: 'remember-log', incarnation });
  }

  // --- The log is not the one that was read ---

  #rollBack(by: 'name' | 'event'): void {
    if (this.#phase === 'left') return;
    if (this.#phase !== 'rolled-back') {
      this.#isOfAnotherName = by === 'name';
      this.#belongedTo = this.#reading.identity.mine;
      this.#phase = 'rolled-back';
      this.of.onLost();
      this.of.emit({ kind: 'alarm', problem: 'log-rolled-back' });
    }
    this.#readAnew(new LogIdentity(this.#belongedTo));
  }

  // A log of another name may only have been read short, before the word of its restore.
  #mayStartOver(): void {
    const { identity } = this.#reading;
    const { wasRestored, isForeign } = identity;
    if (!wasRestored && (isForeign || !this.#isOfAnotherName)) return;
    this.#phase = 'reading';
    this.of.onStartOver();
    this.of.emit({ kind: 'start-over' });
    if (wasRestored) this.#remember();
    this.#readAnew(identity.startedOver());
  }

  #readAnew(identity: LogIdentity): void {
    this.#reading = this.#reading.anew(identity);
    this.#subscription.fromStart();
  }

  #removeSilent(now: ClockReading): void {
    const { membership, echoes } = this;
    for (const removal of this.silence.removals(this.of.node, { membership, echoes }, now)) {
      this.of.emit(removal);
    }
  }
}
