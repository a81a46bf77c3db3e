import { type ClockReading, elapsedMs } from './clock-reading.js';
import { RETRY_AFTER_MS } from './constants.js';
import { Echoes } from './echoes.js';
import { type Delivery, LogCursor } from './log-cursor.js';
import { type AppendAnswer, type LogEntry, nodeSubject } from './log-entry.js';
import { Membership } from './membership.js';
import type { JoinWord, Signing } from './messages.js';
import type { NodeOutput } from './node-messages.js';
import { Readiness } from './readiness.js';
import { RecentEvents } from './recent-events.js';
import { Silence } from './silence.js';

/** `reading` the log; `joining`: not a member yet, or not any more; `left`, `rolled-back`: closed for good. */
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
}

type EchoFact = Extract<LogEntry['fact'], { kind: 'echo' }>;

/** So many echoes are remembered for the answers to their appends. */
const ECHOES_UNANSWERED_MAX = 1_000;

/** A control node as a reader of the log: its position, its membership, its echoes and who else is there. */
export class NodeLog {
  readonly membership = new Membership();
  readonly echoes = new Echoes();
  readonly recent = new RecentEvents();
  readonly silence = new Silence();
  readonly readiness: Readiness;
  readonly #cursor = new LogCursor();
  readonly #sentAtPosition = new Map<string, number>();
  #phase: NodePhase = 'reading';
  #incarnation: string | null = null;
  #triedAt: ClockReading | null = null;
  #logTimeMs: number | null = null;

  constructor(private readonly of: NodeLogOf) {
    this.readiness = new Readiness(of.node);
  }

  get phase(): NodePhase {
    return this.#phase;
  }

  get position(): number {
    return this.#cursor.position;
  }

  get resumeFrom(): number {
    return this.#cursor.overlapFrom;
  }

  get logTimeMs(): number | null {
    return this.#logTimeMs;
  }

  get isMember(): boolean {
    return this.membership.joinOf(this.of.node) !== null;
  }

  /** `null`: this node must not argue with time. */
  get readyAt(): ClockReading | null {
    return this.isMember ? this.readiness.readyAt : null;
  }

  subscribed(consumer: string, from: number): void {
    this.#cursor.subscribed(consumer, from);
  }

  delivered(delivery: Delivery, now: ClockReading): void {
    const arrival = this.#cursor.arrive(delivery);
    if (arrival === 'next') this.#consume(delivery.entry, now);
    if (arrival === 'next' || arrival === 'repeated') this.#mayBeRead(delivery, now);
    if (arrival === 'gap') {
      this.of.emit({ kind: 'resubscribe', fromSequence: this.#cursor.overlapFrom });
    }
  }

  tick(now: ClockReading): void {
    if (this.#phase !== 'joining' && this.#phase !== 'member') return;
    if (this.#phase === 'joining' && this.#mayRetry(now)) this.#join();
    if (this.echoes.isDue(now)) this.#sendEcho(now);
    this.#askAcknowledgements(now);
    if (this.readyAt !== null) this.#removeSilent(now);
  }

  #askAcknowledgements(now: ClockReading): void {
    const joinSequence = this.readiness.joinSequence ?? 0;
    for (const to of this.readiness.check(this.membership, now)) {
      this.#say('ask-join', { from: this.of.node, to, joinSequence });
    }
  }

  #say(kind: 'ask-join' | 'acknowledge-join', word: JoinWord): void {
    const as = kind === 'ask-join' ? 'join-asked' : 'join-acknowledged';
    const signature = this.of.signing.sign({ kind: as, value: word });
    this.of.emit({ kind, word, signature });
  }

  #removeSilent(now: ClockReading): void {
    const { membership, echoes } = this;
    for (const removal of this.silence.removals(this.of.node, { membership, echoes }, now)) {
      this.of.emit(removal);
    }
  }

  /** What was consumed before an append was sent lies below it in the same log. */
  appended(ref: string, answer: AppendAnswer): void {
    const before = this.#sentAtPosition.get(ref);
    this.#sentAtPosition.delete(ref);
    const isBelow =
      answer.outcome === 'stored' && before !== undefined && answer.sequence <= before;
    if (isBelow) this.#rollBack();
  }

  /** Only the present join counts: after a removal the old one says nothing about the new. */
  joinAsked({ from, joinSequence }: JoinWord): void {
    if (this.#phase === 'reading' || this.membership.joinOf(from) !== joinSequence) return;
    this.#say('acknowledge-join', { from: this.of.node, to: from, joinSequence });
  }

  /** It takes part in no proof any more, and says so: others need not wait for it. */
  leave(): void {
    const { node } = this.of;
    const wasMember = this.#phase === 'member';
    this.#phase = 'left';
    this.readiness.lost();
    if (!wasMember) return;
    const fact = { kind: 'node-left', node } as const;
    const expect = this.membership.lastOn(node);
    this.of.emit({ kind: 'append', ref: 'leave', subject: nodeSubject(node), expect, fact });
  }

  #consume(entry: LogEntry, now: ClockReading): void {
    const { fact, sequence } = entry;
    this.#cursor.applied(entry);
    if (fact.kind === 'echo') return this.#echo(fact, entry, now);
    this.recent.add(entry);
    if (fact.kind === 'log-started') this.#logStarted(fact.incarnation);
    this.membership.apply(entry, now);
    if ('node' in fact && fact.node === this.of.node) this.#ownMembership(sequence, now);
    this.of.onEntry(entry, now);
    this.of.emit({ kind: 'apply', entry });
  }

  #echo(fact: EchoFact, { record }: LogEntry, now: ClockReading): void {
    this.silence.heard(Silence.ofNode(fact.node), now);
    if (fact.node !== this.of.node || fact.process !== this.of.process) return;
    this.echoes.returned(fact.count, now);
    this.#logTimeMs = Math.max(record.storedAtMs, this.#logTimeMs ?? 0);
  }

  #logStarted(incarnation: string): void {
    if (this.#incarnation !== null) return;
    this.#incarnation = incarnation;
    if (this.of.incarnation === null) this.of.emit({ kind: 'remember-log', incarnation });
    else if (this.of.incarnation !== incarnation) this.#rollBack();
  }

  #ownMembership(sequence: number, now: ClockReading): void {
    if (this.isMember) this.readiness.joined(sequence, now);
    else this.readiness.lost();
    const isRead = this.#phase === 'joining' || this.#phase === 'member';
    if (isRead) this.#phase = this.isMember ? 'member' : 'joining';
  }

  // An empty log is not one where nobody is a member and nothing is stopped: without its first event it is not read.
  #mayBeRead({ pending }: Delivery, now: ClockReading): void {
    if (this.#phase !== 'reading' || this.#incarnation === null || pending > 0) return;
    this.#phase = this.isMember ? 'member' : 'joining';
    this.of.onRead(now);
  }

  #mayRetry(now: ClockReading): boolean {
    if (this.#triedAt !== null && elapsedMs(this.#triedAt, now) < RETRY_AFTER_MS) return false;
    this.#triedAt = now;
    return true;
  }

  #join(): void {
    const { node, process } = this.of;
    const fact = { kind: 'node-joined', node, join: process } as const;
    const expect = this.membership.lastOn(node);
    this.of.emit({ kind: 'append', ref: 'join', subject: nodeSubject(node), expect, fact });
  }

  #sendEcho(now: ClockReading): void {
    const { node, process } = this.of;
    const count = this.echoes.send(now);
    const ref = `echo:${count}`;
    this.#sentAtPosition.set(ref, this.position);
    if (this.#sentAtPosition.size > ECHOES_UNANSWERED_MAX) {
      const [oldest] = this.#sentAtPosition.keys();
      this.#sentAtPosition.delete(oldest as string);
    }
    const fact = { kind: 'echo', node, process, count } as const;
    this.of.emit({ kind: 'append', ref, subject: `echo.${node}`, expect: null, fact });
  }

  #rollBack(): void {
    this.#phase = 'rolled-back';
    this.readiness.lost();
    this.of.emit({ kind: 'alarm', problem: 'log-rolled-back' });
  }
}
