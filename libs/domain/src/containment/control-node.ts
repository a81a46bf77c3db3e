import type { ClockReading } from './clock-reading.js';
import { invariant } from './invariant.js';
import type { Renewal, RenewalAnswer, Signing, Unsigned } from './messages.js';
import { NodeLog } from './node-log.js';
import type { NodeInput, NodeOutput, Spool } from './node-messages.js';
import { NodeStops } from './node-stops.js';
import { type FenceCounts, type OrderStanding, OrderTracker } from './order-tracker.js';
import type { CarriedEvents } from './recent-events.js';
import { Silence } from './silence.js';

export interface NodeIdentity {
  /** Lives in the spool directory. */
  readonly node: string;
  /** Random for each process: echoes and joins of a forerunner are not its own. */
  readonly process: string;
  readonly signing: Signing;
  readonly spool: Spool;
}

type LogInput = 'subscribed' | 'delivered' | 'leave';
type JoinInput = 'join-asked' | 'join-acknowledged';

/**
 * The control node's side of containment: it takes stops, makes them durable, renews leases and says what is proven.
 * Driven by inputs and time alone; the shell carries out what `step` returns, in its order.
 */
export class ControlNode {
  readonly #me: NodeIdentity;
  readonly #log: NodeLog;
  readonly #stops: NodeStops;
  #outputs: NodeOutput[] = [];

  constructor(identity: NodeIdentity) {
    const { node, process, signing, spool } = identity;
    const emit = (output: NodeOutput): void => void this.#outputs.push(output);
    this.#me = identity;
    const mayAppend = (): boolean =>
      this.#log.phase !== 'rolled-back' && this.#log.phase !== 'left';
    this.#stops = new NodeStops({ node, signing, spool, emit, mayAppend });
    this.#log = new NodeLog({
      node,
      process,
      signing,
      incarnation: spool.incarnation,
      emit,
      onEntry: (entry, now) => this.#stops.read(entry, now),
      onRead: (now) => this.#stops.logWasRead(now),
      onLost: () => this.#stops.logLost(),
      onStartOver: () => this.#stops.startOver(),
    });
  }

  get position(): number {
    return this.#log.position;
  }

  get isMember(): boolean {
    return this.#log.isMember;
  }

  get isReady(): boolean {
    return this.#log.readyAt !== null;
  }

  /** Where the next consumer of the log has to begin. */
  get resumeFrom(): number {
    return this.#log.resumeFrom;
  }

  /** What the log's own clock said when the last own echo was stored, milliseconds since the epoch; `null`: none yet. */
  get logTimeMs(): number | null {
    return this.#log.logTimeMs;
  }

  /** To be called once, before anything else. */
  start(now: ClockReading): NodeOutput[] {
    this.#stops.start(now);
    return this.#take();
  }

  /**
   * How far an order has come, as far as this node can prove; `null`: not known here, or lifted. `fenceCounts` says for
   * which gateways silence proves anything: not for one that may go on without a proof.
   */
  standing(
    orderId: string,
    now: ClockReading,
    fenceCounts: FenceCounts = () => true,
  ): OrderStanding | null {
    const { membership, readyAt, phase } = this.#log;
    const hasRead = phase === 'joining' || phase === 'member';
    return this.#stops.standing(orderId, { membership, readyAt, fenceCounts, hasRead }, now);
  }

  step(input: NodeInput, now: ClockReading): NodeOutput[] {
    this.#dispatch(input, now);
    return this.#take();
  }

  #dispatch(input: NodeInput, now: ClockReading): void {
    switch (input.kind) {
      case 'subscribed':
      case 'delivered':
      case 'leave':
        return this.#dispatchLog(input, now);
      case 'join-asked':
      case 'join-acknowledged':
        return this.#joinWord(input);
      case 'tick':
        return this.#tick(now);
      case 'renewal':
        return this.#renewal(input.renewal, input.signature, now);
      default:
        return this.#dispatchStop(input, now);
    }
  }

  #dispatchLog(input: Extract<NodeInput, { kind: LogInput }>, now: ClockReading): void {
    switch (input.kind) {
      case 'subscribed':
        return this.#log.subscribed(input.consumer, input.fromSequence);
      case 'delivered':
        return this.#log.delivered(input.delivery, now);
      case 'leave':
        return this.#log.leave();
    }
  }

  #joinWord({ kind, word, signature }: Extract<NodeInput, { kind: JoinInput }>): void {
    if (word.to !== this.#me.node) return;
    if (!this.#me.signing.verify({ kind, value: word }, signature, word.from)) return;
    if (kind === 'join-asked') this.#log.joinAsked(word);
    else this.#log.joinAcknowledged(word);
  }

  #dispatchStop(
    input: Exclude<NodeInput, { kind: LogInput | JoinInput | 'tick' | 'renewal' }>,
    now: ClockReading,
  ): void {
    switch (input.kind) {
      case 'order':
        return this.#stops.order(input.order, now);
      case 'spooled':
        return void this.#outputs.push({ kind: 'ordered', orderId: input.orderId });
      case 'lift':
        return this.#stops.lift(input.orderId);
      case 'pushed':
        return this.#stops.pushed(input.signed, now);
      case 'handed':
        return this.#stops.handed(input.signed, now);
      case 'receipt':
        return this.#stops.receipt(input.receipt, now);
      case 'append-answered':
        this.#log.appended(input.ref, input.answer);
        return this.#stops.appended(input.ref, input.answer);
    }
  }

  #tick(now: ClockReading): void {
    const { membership, readyAt } = this.#log;
    membership.forgetEnded((boot) => OrderTracker.isOver(boot, readyAt, now));
    this.#stops.forgetBoots((boot) => membership.mayCount(boot));
    this.#stops.appendDue(now);
    this.#log.tick(now);
  }

  #renewal(renewal: Renewal, signature: string, now: ClockReading): void {
    const { gateway, position } = renewal;
    const message = { kind: 'renewal', value: renewal } as const;
    this.#tellOfRestore(renewal);
    if (!this.#me.signing.verify(message, signature, gateway)) return;
    this.#log.silence.heard(Silence.ofGateway(renewal), now);
    const wanted = this.#stops.repeated(renewal, now);
    if (!this.#mayRenew(renewal)) return;
    const carried = this.#log.recent.after(position);
    if (carried !== null) this.#answer(renewal, { ...carried, wanted }, now);
  }

  // Only members that have read this log are renewed, and never before everything is consumed that was committed before
  // this process began.
  #mayRenew(renewal: Renewal): boolean {
    const { phase, echoes, membership } = this.#log;
    if (phase !== 'member' || !echoes.hasReturned || !membership.isMember(renewal)) return false;
    if (!this.#log.mayServe(renewal.last)) return false;
    return this.#stops.understoodBy(membership.modesOf(renewal.gateway));
  }

  // Its log was replaced by another, and it may have no other way to notice: after what it has read nothing comes there.
  // The log as it is may not know its key; only who belongs to the old one can use the word, and it proves nothing to them.
  #tellOfRestore({ gateway, boot, nonce, last }: Renewal): void {
    const restore = this.#log.restoreFor(last);
    if (restore === null) return;
    const value = { node: this.#me.node, gateway, boot, nonce, ...restore };
    const signature = this.#me.signing.sign({ kind: 'restore', value });
    this.#outputs.push({ kind: 'tell-restore', word: { ...value, signature } });
  }

  #answer(
    { gateway, boot, nonce, position: from }: Renewal,
    { events, more, wanted }: CarriedEvents & { wanted: string[] },
    now: ClockReading,
  ): void {
    const { membership, echoes } = this.#log;
    const position = more ? (events.at(-1)?.sequence ?? from) : this.position;
    invariant(
      events.every(({ sequence }) => sequence > from && sequence <= position),
      'an answer carries what it claims',
    );
    const ageMs = echoes.ageMs(now);
    const value: Unsigned<RenewalAnswer> = {
      node: this.#me.node,
      gateway,
      boot,
      nonce,
      members: membership.nodes,
      membershipSequence: membership.sequence,
      position,
      last: this.#log.last,
      events,
      pending: this.#stops.pending(),
      more,
      logAgeMs: ageMs,
      echoAgeMs: ageMs,
      wanted,
    };
    const signature = this.#me.signing.sign({ kind: 'answer', value });
    this.#outputs.push({ kind: 'answer', answer: { ...value, signature } });
  }

  #take(): NodeOutput[] {
    const outputs = this.#outputs;
    this.#outputs = [];
    return outputs;
  }
}
