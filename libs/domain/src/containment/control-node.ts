import type { ClockReading } from './clock-reading.js';
import { invariant } from './invariant.js';
import type { Renewal, RenewalAnswer, Signing, Unsigned } from './messages.js';
import { NodeLog } from './node-log.js';
import type { NodeInput, NodeOutput, Spool } from './node-messages.js';
import { NodeStops } from './node-stops.js';
import { type OrderStanding, OrderTracker } from './order-tracker.js';
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

type LogInput = 'subscribed' | 'delivered' | 'join-asked' | 'join-acknowledged';

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
    this.#stops = new NodeStops({ node, signing, spool, emit });
    this.#log = new NodeLog({
      node,
      process,
      incarnation: spool.incarnation,
      emit,
      onEntry: (entry, now) => this.#stops.read(entry, now),
      onRead: (now) => this.#stops.logWasRead(now),
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

  /** To be called once, before anything else. */
  start(now: ClockReading): NodeOutput[] {
    this.#stops.start(now);
    return this.#take();
  }

  /** How far an order has come, as far as this node can prove; `null`: not known here, or lifted. */
  standing(orderId: string, now: ClockReading): OrderStanding | null {
    const { membership, readyAt } = this.#log;
    return this.#stops.standing(orderId, { membership, readyAt }, now);
  }

  step(input: NodeInput, now: ClockReading): NodeOutput[] {
    if (this.#log.phase !== 'rolled-back') this.#dispatch(input, now);
    return this.#take();
  }

  #dispatch(input: NodeInput, now: ClockReading): void {
    switch (input.kind) {
      case 'subscribed':
      case 'delivered':
      case 'join-asked':
      case 'join-acknowledged':
        return this.#dispatchLog(input, now);
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
      case 'join-asked':
        return this.#log.joinAsked(input.node, input.joinSequence);
      case 'join-acknowledged':
        return this.#log.readiness.acknowledged(input.by, input.joinSequence);
    }
  }

  #dispatchStop(
    input: Exclude<NodeInput, { kind: LogInput | 'tick' | 'renewal' }>,
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
      case 'receipt':
        return this.#stops.receipt(input.receipt);
      case 'append-answered':
        this.#log.appended(input.ref, input.answer);
        return this.#stops.appended(input.ref, input.answer);
    }
  }

  #tick(now: ClockReading): void {
    const { membership, readyAt } = this.#log;
    membership.forgetEnded((boot) => OrderTracker.isOver(boot, readyAt, now));
    this.#stops.appendDue(now);
    this.#log.tick(now);
  }

  // Only members are renewed, and never before everything is consumed that was committed before this process began.
  #renewal(renewal: Renewal, signature: string, now: ClockReading): void {
    const { gateway, position } = renewal;
    const message = { kind: 'renewal', value: renewal } as const;
    if (!this.#me.signing.verify(message, signature, gateway)) return;
    const { silence, phase, echoes, membership, recent } = this.#log;
    silence.heard(Silence.ofGateway(renewal), now);
    const wanted = this.#stops.repeated(renewal);
    if (phase !== 'member' || !echoes.hasReturned || !membership.isMember(renewal)) return;
    const carried = recent.after(position);
    if (carried !== null) this.#answer(renewal, { ...carried, wanted }, now);
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
