import type { StopMode } from '#contracts';
import { type ClockReading, elapsedMs } from './clock-reading.js';
import { RENEWAL_EVERY_MS, UNPROVEN_AFTER_MS } from './constants.js';
import { GatewayLog } from './gateway-log.js';
import type { GatewayPhase } from './gateway-membership.js';
import type { GatewayInput, GatewayOutput, Pin } from './gateway-messages.js';
import { GatewayProofs } from './gateway-proofs.js';
import { GatewayStops } from './gateway-stops.js';
import type { RenewalAnswer, RestoreWord, Signing } from './messages.js';

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

const EMPTY_PIN: Pin = { incarnation: null, highestSequence: 0, orders: [] };

type StopInput = Extract<GatewayInput, { kind: 'pushed' | 'pinned' | 'cut' }>;

/**
 * The gateway's side of containment: it holds orders and a lease, and says whether anything may be admitted. Driven by
 * inputs and time alone; the shell carries out what `step` returns, in its order.
 */
export class GatewayLease {
  readonly #gateway: string;
  readonly #signing: Signing;
  readonly #log: GatewayLog;
  readonly #stops: GatewayStops;
  readonly #proofs = new GatewayProofs();
  #outputs: GatewayOutput[] = [];
  #renewedAt: ClockReading | null = null;
  #unprovenSince: ClockReading | null = null;
  #isFenced = true;
  #provenBoot = 0;

  constructor({ gateway, joinNonce, modes, signing, pin }: GatewayIdentity) {
    const emit = (output: GatewayOutput): void => void this.#outputs.push(output);
    const pinned = pin ?? EMPTY_PIN;
    this.#gateway = gateway;
    this.#signing = signing;
    this.#stops = new GatewayStops({
      gateway,
      modes,
      signing,
      pinned: pinned.orders,
      emit,
      state: () => this.#log,
    });
    this.#log = new GatewayLog({
      gateway,
      joinNonce,
      modes,
      pin: pinned,
      emit,
      onEntry: (entry, now) => {
        emit({ kind: 'apply', entry });
        this.#stops.read(entry, now);
      },
      onLeaseOver: () => this.#proofs.drop(),
      onRestored: () => this.#stops.pinAnew(),
      onStartOver: () => this.#stops.startOver(),
    });
  }

  get phase(): GatewayPhase {
    return this.#log.phase;
  }

  get boot(): number {
    return this.#log.boot;
  }

  get position(): number {
    return this.#log.position;
  }

  /** Where the next consumer of the log has to begin. */
  get resumeFrom(): number {
    return this.#log.resumeFrom;
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
    return this.phase === 'member' && this.#stops.isUnderstood && this.#proofs.admits(now);
  }

  /**
   * Whether requests of a namespace that chose `on_fence: allow` may go on while nothing is proven: not before a first proof
   * of this boot, for until then even old stops may be unknown here.
   */
  get mayFlowUnproven(): boolean {
    return this.phase === 'member' && this.#provenBoot === this.boot;
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
        return this.#log.subscribed(input.consumer, input.fromSequence);
      case 'delivered':
        return this.#log.delivered(input.delivery, now);
      case 'answered':
        return this.#answered(input.answer, input.nonce, now);
      case 'restore-told':
        return this.#restoreTold(input.word);
      case 'append-answered':
        return this.#log.appended(input.ref, input.answer);
      case 'leave':
        this.#proofs.drop();
        return this.#log.leave();
      default:
        return this.#dispatchStop(input, now);
    }
  }

  #dispatchStop(input: StopInput, now: ClockReading): void {
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
    this.#log.tick(now);
    const isDue = this.#renewedAt === null || elapsedMs(this.#renewedAt, now) >= RENEWAL_EVERY_MS;
    if (this.phase === 'member' && isDue) this.#renew(nonce, now);
    this.#mayLookAgain(now);
  }

  // Its log may have been replaced by a shorter one, where nobody knows it and nothing comes after what it has read.
  #mayLookAgain(now: ClockReading): void {
    const mayBeStuck = this.#isFenced && (this.phase === 'member' || this.phase === 'joining');
    if (!mayBeStuck) this.#unprovenSince = null;
    else if (this.#unprovenSince === null) this.#unprovenSince = now;
    else if (elapsedMs(this.#unprovenSince, now) >= UNPROVEN_AFTER_MS) {
      this.#unprovenSince = now;
      this.#log.readAgain();
    }
  }

  #renew(nonce: string, now: ClockReading): void {
    this.#renewedAt = now;
    const { position, boot, last } = this.#log;
    this.#proofs.sent({ nonce, last }, now);
    const applied = this.#stops.repeated(now);
    const renewal = { gateway: this.#gateway, boot, nonce, position, last, applied };
    const signature = this.#signing.sign({ kind: 'renewal', value: renewal });
    this.#outputs.push({ kind: 'renew', renewal, signature });
  }

  #answered(answer: RenewalAnswer, nonce: string, now: ClockReading): void {
    if (!this.#isAnswerToMe(answer)) return;
    const before = this.position;
    for (const entry of answer.events) this.#log.read(entry, now);
    for (const signed of answer.pending) this.#stops.learn(signed, now);
    for (const orderId of answer.wanted) {
      const signed = this.#stops.signed(orderId);
      if (signed) this.#outputs.push({ kind: 'push-to', node: answer.node, signed });
    }
    if (answer.more) return this.#askForMore(before, nonce, now);
    if (this.#log.agrees(answer)) this.#proofs.proven(answer, now);
  }

  #restoreTold(word: RestoreWord): void {
    if (word.gateway !== this.#gateway || word.boot !== this.boot) return;
    if (this.#proofs.askedAfter(word.nonce) === null) return;
    const { signature, ...value } = word;
    if (!this.#signing.verify({ kind: 'restore', value }, signature, word.node)) return;
    this.#log.restoreTold(word);
  }

  // Every node answers every renewal: only the first of equal parts is followed, or each round would ask n times as often.
  #askForMore(before: number, nonce: string, now: ClockReading): void {
    if (this.phase === 'member' && this.position > before) this.#renew(nonce, now);
  }

  #isAnswerToMe(answer: RenewalAnswer): boolean {
    if (answer.gateway !== this.#gateway || answer.boot !== this.boot) return false;
    const after = this.#proofs.askedAfter(answer.nonce);
    if (this.phase !== 'member' || after === null || !this.#log.continues(answer, after))
      return false;
    const { signature, ...value } = answer;
    return this.#signing.verify({ kind: 'answer', value }, signature, answer.node);
  }

  #watchFence(now: ClockReading): void {
    const isFenced = !this.admits(now);
    if (!isFenced) this.#provenBoot = this.boot;
    if (isFenced === this.#isFenced) return;
    this.#isFenced = isFenced;
    this.#outputs.push({ kind: isFenced ? 'fence' : 'unfence' });
  }

  #take(): GatewayOutput[] {
    const outputs = this.#outputs;
    this.#outputs = [];
    return outputs;
  }
}
