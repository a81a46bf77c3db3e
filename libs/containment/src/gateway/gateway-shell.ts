import { randomBytes } from 'node:crypto';
import { CONTROL_FILTER, live } from '#contracts';
import { GatewayLease, type GatewayInput, type GatewayPhase, type RestoreWord } from '#domain';
import type { RawDelivery, RawFollowing } from '#event-store';
import { readingOf } from '../clock.js';
import { KeyRing } from '../keys/key-ring.js';
import { KeyRotation } from '../keys/rotation.js';
import { RingSigning } from '../keys/signing.js';
import { decodeAnswer, decodePush } from '../wire/live-messages.js';
import { entryOf, learn } from '../wire/log-entries.js';
import { decodeRestore } from '../wire/restore-word.js';
import { GatewayActions } from './gateway-actions.js';
import type { GatewayShellOptions } from './gateway-shell-options.js';
import { PinFile } from './pin-file.js';
import { TestAnswers } from './test-answers.js';

const TICK_MS = 10;
const NONCE_BYTES = 12;
/** A goodbye that the log does not take in time is not waited for: silence says the same later. */
const LEAVE_MS_MAX = 800;

/** Drives the gateway's side of the containment protocol: its timer, its disk, its messages and its place in the log. */
export class GatewayShell {
  readonly #options: GatewayShellOptions;
  readonly #ring = new KeyRing();
  readonly #signing: RingSigning;
  readonly #lease: GatewayLease;
  readonly #pin: PinFile;
  readonly #tests: TestAnswers;
  readonly #rotation: KeyRotation;
  readonly #actions: GatewayActions;
  #prove = (): void => undefined;
  readonly #proven = new Promise<void>((resolve) => (this.#prove = resolve));
  #following: RawFollowing | null = null;
  #subscriptions: { stop(): void }[] = [];
  readonly #now = { monoMs: 0, wallMs: 0 };
  #timer: NodeJS.Timeout | null = null;
  #connected = false;
  #broken = false;
  #left = (): void => undefined;

  private constructor(options: GatewayShellOptions, pin: PinFile) {
    const { gateway, modes } = options;
    this.#options = options;
    this.#pin = pin;
    const owner = { kind: 'gateway', boot: () => this.boot } as const;
    this.#rotation = new KeyRotation({ ...options, ring: this.#ring, owner });
    this.#signing = new RingSigning(this.#rotation, this.#ring, (what) =>
      options.handlers.rejected(what),
    );
    const joinNonce = randomBytes(NONCE_BYTES).toString('base64url');
    const lease = { gateway, joinNonce, modes, signing: this.#signing, pin: pin.kept };
    this.#lease = new GatewayLease(lease);
    this.#tests = new TestAnswers({ ...options, ring: this.#ring, state: () => this });
    this.#actions = new GatewayActions({
      ...{ options, ring: this.#ring, pin, state: this, rotation: this.#rotation },
      step: (input) => this.step(input),
      restart: () => this.#following?.restart(),
      proven: () => this.#prove(),
      left: () => this.#left(),
    });
  }

  /** @throws DamagedDataError when the pinned file cannot be read */
  static async open(options: GatewayShellOptions): Promise<GatewayShell> {
    let shell: GatewayShell | null = null;
    const opening = PinFile.open({
      directory: options.directory,
      onWritten: (write) => shell?.step({ kind: 'pinned', write }),
      onFailed: (error) =>
        options.logger.error({ err: error }, 'the pinned file cannot be written: no receipts'),
    });
    shell = new GatewayShell(options, await options.identity.holding(opening));
    return shell;
  }

  get phase(): GatewayPhase {
    return this.#lease.phase;
  }

  /** `0` before it was a member. */
  get boot(): number {
    return this.#lease.boot;
  }

  get position(): number {
    return this.#lease.position;
  }

  /** `true` for good: an event could not be applied, or an invariant broke. */
  get broken(): boolean {
    return this.#broken;
  }

  /** The log that the disk belongs to; `null` before any was read. */
  get pinned(): string | null {
    return this.#actions.pinned;
  }

  /** Whether the log can be read now, as far as is known. */
  get connected(): boolean {
    return this.#connected;
  }

  /** Whether the state is proven fresh at this very moment. */
  admits(): boolean {
    if (this.#broken) return false;
    // Asked for every request: the reading is used and forgotten.
    const { clock } = this.#options;
    this.#now.monoMs = clock.monotonicMs();
    this.#now.wallMs = clock.nowMs();
    return this.#lease.admits(this.#now);
  }

  /** Whether what was once proven of this boot may serve where `on_fence: allow` was chosen: it is a member still. */
  get mayFlowUnproven(): boolean {
    return !this.#broken && this.#lease.mayFlowUnproven;
  }

  /** How old the freshest proof is, in milliseconds; `null`: none. */
  leaseAgeMs(): number | null {
    return this.#lease.freshForMs(readingOf(this.#options.clock));
  }

  /** What this gateway says of itself, as every control node believes it; `null`: it knows of none. */
  sealPosition(text: string): string | null {
    return this.#signing.sealPosition(text);
  }

  /** Listens, reads the log, joins; resolves with the first proof. */
  async start(): Promise<void> {
    const { log, messaging, gateway } = this.#options;
    this.#subscriptions = [
      messaging.subscribe(live.orderFilter, (message) => this.#pushed(message.text())),
      messaging.subscribe(live.answer(gateway), (message) => this.#answered(message.text())),
    ];
    await messaging.flush();
    this.#actions.perform(this.#lease.start(readingOf(this.#options.clock)));
    this.#following = log.follow({
      filters: [CONTROL_FILTER],
      from: () => this.#lease.resumeFrom,
      onSubscribed: (consumer, fromSequence) =>
        this.step({ kind: 'subscribed', consumer, fromSequence }),
      onDelivery: (delivery) => this.#delivered(delivery),
      onConnected: (connected) => {
        this.#connected = connected;
      },
    });
    this.#timer = setInterval(() => this.step({ kind: 'tick', nonce: nonce() }), TICK_MS);
    await this.#proven;
  }

  /** To be called when nothing is served any more: says so, and ends. */
  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#rotation.stop();
    await this.#leave();
    for (const subscription of this.#subscriptions) subscription.stop();
    await this.#following?.stop();
    await this.#pin.close().finally(this.#options.identity.release);
  }

  #leave(): Promise<void> {
    const wasMember = this.phase === 'member';
    this.step({ kind: 'leave' });
    if (!wasMember) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, LEAVE_MS_MAX);
      this.#left = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  step(input: GatewayInput): void {
    if (this.#broken) return;
    try {
      this.#actions.perform(this.#lease.step(input, readingOf(this.#options.clock)));
    } catch (error) {
      this.#break(error);
    }
  }

  /** An event that cannot be applied may have been a stop, and a broken invariant may mean anything: closed for good. */
  #break(error: unknown): void {
    this.#broken = true;
    this.#options.logger.fatal({ err: error, position: this.position }, 'closed: nothing passes');
    this.#options.handlers.fence();
  }

  #delivered(delivery: RawDelivery): void {
    const { consumer, consumerSequence, pending } = delivery;
    const entry = entryOf(delivery, this.#ring);
    this.step({ kind: 'delivered', delivery: { consumer, consumerSequence, pending, entry } });
  }

  #pushed(text: string): void {
    const pushed = decodePush(text);
    if (pushed === null) return this.#options.handlers.rejected('push');
    if (pushed.kind === 'order') return this.step({ kind: 'pushed', signed: pushed.signed });
    if (pushed.kind === 'test') return this.#tests.answer(pushed.test, pushed.signature);
    const isBelieved = this.#rotation.asked(pushed.rotate, pushed.signature);
    if (!isBelieved) this.#options.handlers.rejected('rotate');
  }

  // Signed whole, so it is verified before a word of it is read: keys of its first events may sign the later ones.
  #answered(text: string): void {
    const restore = decodeRestore(text);
    if (restore !== undefined) return this.#restoreTold(restore);
    const decoded = decodeAnswer(text);
    if (decoded === null) return this.#options.handlers.rejected('answer');
    const { signature, ...value } = decoded.answer;
    if (value.gateway !== this.#options.gateway) return;
    if (!this.#signing.verify({ kind: 'answer', value }, signature, value.node)) return;
    const events = decoded.events.map((raw) => {
      const entry = entryOf(raw, this.#ring);
      learn(entry, this.#ring);
      return entry;
    });
    this.#proved(() =>
      this.step({ kind: 'answered', answer: { ...decoded.answer, events }, nonce: nonce() }),
    );
  }

  #restoreTold(word: RestoreWord | null): void {
    if (word === null) this.#options.handlers.rejected('restore');
    else this.step({ kind: 'restore-told', word });
  }

  #proved(step: () => void): void {
    const now = readingOf(this.#options.clock);
    const before = this.#lease.freshForMs(now) ?? Infinity;
    step();
    if ((this.#lease.freshForMs(now) ?? Infinity) < before) this.#options.handlers.counted('proof');
  }
}

const nonce = (): string => randomBytes(NONCE_BYTES).toString('base64url');
