import type { StopMode } from '#contracts';
import { type ClockReading, elapsedMs } from './clock-reading.js';
import { RENEWAL_EVERY_MS, RETRY_AFTER_MS } from './constants.js';
import { GatewayMembership, type GatewayPhase } from './gateway-membership.js';
import type { GatewayInput, GatewayOutput, Pin } from './gateway-messages.js';
import { GatewayProofs } from './gateway-proofs.js';
import { GatewayStops } from './gateway-stops.js';
import { type Delivery, LogCursor } from './log-cursor.js';
import type { AppendAnswer, LogEntry } from './log-entry.js';
import type { RenewalAnswer, Signing } from './messages.js';

export interface GatewayIdentity {
  readonly gateway: string;
  /** Random for each process. */
  readonly joinNonce: string;
  /** The stop modes that this build understands. */
  readonly modes: readonly StopMode[];
  readonly signing: Signing;
  /** What the pinned file held when the process began; `null` on a new disk. */
  readonly pin: Pin | null;
}

/**
 * The gateway's side of containment: it holds orders and a lease, and says whether anything may be admitted. Driven by
 * inputs and time alone; the shell carries out what `step` returns, in its order.
 */
export class GatewayLease {
  readonly #gateway: string;
  readonly #signing: Signing;
  readonly #membership: GatewayMembership;
  readonly #stops: GatewayStops;
  readonly #proofs = new GatewayProofs();
  readonly #cursor = new LogCursor();
  #outputs: GatewayOutput[] = [];
  #renewedAt: ClockReading | null = null;
  #triedAt: ClockReading | null = null;
  #isFenced = true;

  constructor({ gateway, joinNonce, modes, signing, pin }: GatewayIdentity) {
    this.#gateway = gateway;
    this.#signing = signing;
    this.#membership = new GatewayMembership(gateway, joinNonce, modes);
    this.#stops = new GatewayStops({
      gateway,
      signing,
      pin,
      emit: (output) => this.#outputs.push(output),
      state: () => ({
        isMember: this.phase === 'member',
        boot: this.boot,
        position: this.position,
        incarnation: this.#membership.incarnation,
      }),
    });
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

  /** Where the next consumer of the log has to begin. */
  get resumeFrom(): number {
    return this.#cursor.overlapFrom;
  }

  /** The state is proven fresh as of so long ago, in milliseconds; `null`: no proof. */
  freshForMs(now: ClockReading): number | null {
    return this.phase === 'member' ? this.#proofs.ageMs(now) : null;
  }

  /** To be called once, before anything else. */
  start(now: ClockReading): GatewayOutput[] {
    this.#stops.start(now);
    return this.#take();
  }

  /** Whether the state is provably fresh at this moment; the verdict itself is another matter. `false`: answer 503. */
  admits(now: ClockReading): boolean {
    return this.phase === 'member' && this.#proofs.admits(now);
  }

  step(input: GatewayInput, now: ClockReading): GatewayOutput[] {
    this.#dispatch(input, now);
    this.#watchFence(now);
    return this.#take();
  }

  #dispatch(input: GatewayInput, now: ClockReading): void {
    switch (input.kind) {
      case 'tick':
        return this.#tick(input.nonce, now);
      case 'subscribed':
        return this.#cursor.subscribed(input.consumer, input.fromSequence);
      case 'delivered':
        return this.#delivered(input.delivery, now);
      case 'answered':
        return this.#answered(input.answer, input.nonce, now);
      case 'append-answered':
        return this.#appended(input.answer);
      case 'leave':
        return this.#leave();
      default:
        return this.#dispatchStop(input, now);
    }
  }

  #dispatchStop(
    input: Extract<GatewayInput, { kind: 'pushed' | 'pinned' | 'cut' }>,
    now: ClockReading,
  ): void {
    switch (input.kind) {
      case 'pushed':
        return this.#stops.pushed(input.signed, now);
      case 'pinned':
        return this.#stops.written(input.write, now);
      case 'cut':
        return this.#stops.wasCut(input.orderId, input.cut, now);
    }
  }

  #tick(nonce: string, now: ClockReading): void {
    this.#stops.tick(now);
    if (this.phase === 'joining' && this.#mayRetry(now)) {
      this.#outputs.push(this.#membership.joinAppend());
    }
    const isDue = this.#renewedAt === null || elapsedMs(this.#renewedAt, now) >= RENEWAL_EVERY_MS;
    if (this.phase === 'member' && isDue) this.#renew(nonce, now);
  }

  #mayRetry(now: ClockReading): boolean {
    if (this.#triedAt !== null && elapsedMs(this.#triedAt, now) < RETRY_AFTER_MS) return false;
    this.#triedAt = now;
    return true;
  }

  // --- The lease ---

  #renew(nonce: string, now: ClockReading): void {
    this.#renewedAt = now;
    this.#proofs.sent(nonce, now);
    const { position, boot } = this;
    const applied = this.#stops.repeated(now);
    const renewal = { gateway: this.#gateway, boot, nonce, position, applied };
    // One that claims nothing is believed in nothing.
    const claims = applied.length > 0;
    const signature = claims ? this.#signing.sign({ kind: 'renewal', value: renewal }) : '';
    this.#outputs.push({ kind: 'renew', renewal, signature });
  }

  #answered(answer: RenewalAnswer, nonce: string, now: ClockReading): void {
    if (!this.#isAnswerToMe(answer)) return;
    const before = this.position;
    for (const entry of answer.events) this.#apply(entry, now);
    for (const signed of answer.pending) this.#stops.learn(signed, now);
    for (const orderId of answer.wanted) {
      const signed = this.#stops.signed(orderId);
      if (signed) this.#outputs.push({ kind: 'push-to', node: answer.node, signed });
    }
    if (this.phase !== 'member') return;
    if (answer.more) return this.#askForMore(before, nonce, now);
    this.#cursor.advance(answer.position);
    this.#proofs.proven(answer, now);
  }

  // Every node answers every renewal: only the first of equal parts is followed, or each round would ask n times as often.
  #askForMore(before: number, nonce: string, now: ClockReading): void {
    if (this.position > before) this.#renew(nonce, now);
  }

  #isAnswerToMe(answer: RenewalAnswer): boolean {
    if (answer.gateway !== this.#gateway || answer.boot !== this.boot) return false;
    if (this.phase !== 'member' || !this.#proofs.expects(answer.nonce)) return false;
    const { signature, ...value } = answer;
    return this.#signing.verify({ kind: 'answer', value }, signature, answer.node);
  }

  #watchFence(now: ClockReading): void {
    const isFenced = !this.admits(now);
    if (isFenced === this.#isFenced) return;
    this.#isFenced = isFenced;
    this.#outputs.push({ kind: isFenced ? 'fence' : 'unfence' });
  }

  // --- The log ---

  #delivered(delivery: Delivery, now: ClockReading): void {
    const arrival = this.#cursor.arrive(delivery);
    if (arrival === 'next') this.#apply(delivery.entry, now);
    if (arrival === 'next' || arrival === 'repeated') this.#mayJoin(delivery, now);
    if (arrival === 'gap') {
      this.#outputs.push({ kind: 'resubscribe', fromSequence: this.#cursor.overlapFrom });
    }
  }

  #apply(entry: LogEntry, now: ClockReading): void {
    if (entry.sequence <= this.position || this.phase === 'rolled-back') return;
    this.#cursor.applied(entry);
    if (this.#membership.read(entry) === 'lost') this.#proofs.drop();
    if (this.#isForeignLog()) return this.#rollBack();
    this.#outputs.push({ kind: 'apply', entry });
    this.#stops.read(entry, now);
  }

  // Nobody serves who has not read the log; its end may be an old one, so membership waits for the own join.
  #mayJoin({ pending }: Delivery, now: ClockReading): void {
    const isAtEnd = this.phase === 'reading' && pending === 0;
    if (!isAtEnd || this.#membership.incarnation === null) return;
    this.#membership.phase = 'joining';
    this.#triedAt = now;
    this.#outputs.push(this.#membership.joinAppend());
  }

  // A log that reads short is "not ready", never a roll-back: only an acknowledged append tells.
  #appended(answer: AppendAnswer): void {
    const { highestSequence } = this.#stops.pinned;
    if (answer.outcome === 'stored' && answer.sequence <= highestSequence) this.#rollBack();
  }

  #leave(): void {
    const append = this.#membership.leaveAppend();
    this.#proofs.drop();
    if (append !== null) this.#outputs.push(append);
  }

  #isForeignLog(): boolean {
    const { incarnation } = this.#membership;
    const pinned = this.#stops.pinned.incarnation;
    return incarnation !== null && pinned !== null && pinned !== incarnation;
  }

  // Its orders stay in force; nothing is admitted any more.
  #rollBack(): void {
    if (this.phase === 'rolled-back') return;
    this.#membership.phase = 'rolled-back';
    this.#proofs.drop();
    this.#outputs.push({ kind: 'alarm', problem: 'log-rolled-back' });
  }

  #take(): GatewayOutput[] {
    const outputs = this.#outputs;
    this.#outputs = [];
    return outputs;
  }
}
