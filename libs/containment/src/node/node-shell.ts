import { randomBytes } from 'node:crypto';
import { live, type NodeId } from '#contracts';
import { ControlNode, signedText, type NodeInput, type OrderStanding } from '#domain';
import type { RawDelivery, RawFollowing } from '#event-store';
import { readingOf } from '../clock.js';
import { KeyRing } from '../keys/key-ring.js';
import { KeyRotation } from '../keys/rotation.js';
import { RingSigning } from '../keys/signing.js';
import { entryOf } from '../wire/log-entries.js';
import { encodeRotate } from '../wire/rotate-order.js';
import { orderBodyOf, type StopOrderedEvent } from '../wire/order-event.js';
import { EchoWatch } from './echo-watch.js';
import { NodeActions } from './node-actions.js';
import { nodeInbox } from './node-inbox.js';
import type { NodeShellOptions } from './node-shell-options.js';
import { SpoolFile } from './spool-file.js';
import { TestOrders, type Outcome, type Test } from './test-orders.js';
import { mayEndAWait, Waiters } from './waiters.js';

const TICK_MS = 10;
const LEAVE_MS_MAX = 1_000;

/** Drives the control node's side of the containment protocol: its timer, its spool, its messages and its place in the log. */
export class NodeShell {
  readonly id: NodeId;
  readonly ring = new KeyRing();
  readonly signing: RingSigning;
  /** When echoes were sent and read: for people to look at. */
  readonly echoes: EchoWatch;
  readonly #options: NodeShellOptions;
  readonly #node: ControlNode;
  readonly #spool: SpoolFile;
  readonly #tests: TestOrders;
  readonly #rotation: KeyRotation;
  readonly #actions: NodeActions;
  readonly #waiters = new Waiters();
  readonly #ordered = new Set<string>();
  #following: RawFollowing | null = null;
  #subscriptions: { stop(): void }[] = [];
  #timer: NodeJS.Timeout | null = null;
  #connected = false;
  #caughtUp = false;
  #broken = false;
  #hasLeft = false;
  #rolledBack = false;

  private constructor(options: NodeShellOptions, spool: SpoolFile) {
    this.id = options.identity.id as NodeId;
    this.#options = options;
    this.#spool = spool;
    this.#rotation = new KeyRotation({ ...options, ring: this.ring, owner: { kind: 'node' } });
    this.signing = new RingSigning(this.#rotation, this.ring, (what) =>
      options.handlers.rejected(what),
    );
    const process = randomBytes(12).toString('base64url');
    this.echoes = new EchoWatch(this.id, process, options.clock);
    this.#node = new ControlNode({
      node: this.id,
      process,
      signing: this.signing,
      spool: spool.kept,
    });
    this.#tests = new TestOrders({ ...options, node: this.id, ring: this.ring });
    this.#actions = new NodeActions({
      ...{ id: this.id, options, ring: this.ring, spool },
      ...{ echoes: this.echoes, rotation: this.#rotation },
      position: () => this.position,
      step: (input) => this.step(input),
      restart: () => this.#following?.restart(),
      ordered: (orderId) => void this.#ordered.add(orderId),
      rolledBack: (is) => (this.#rolledBack = is),
      left: () => {
        this.#hasLeft = true;
        this.#waiters.check();
      },
    });
  }

  /** @throws DamagedDataError when the spool cannot be read */
  static async open(options: NodeShellOptions): Promise<NodeShell> {
    const { directory, logger, identity } = options;
    return new NodeShell(options, await identity.holding(SpoolFile.open(directory, logger)));
  }

  get position(): number {
    return this.#node.position;
  }

  /** A member of the mesh: it renews leases. */
  get isMember(): boolean {
    return this.#node.isMember;
  }

  /** Whether it may argue with time: without it an order is contained by receipts alone. */
  get isReady(): boolean {
    return this.#node.isReady;
  }

  /** Whether the log can be read now, as far as is known. */
  get connected(): boolean {
    return this.#connected;
  }

  /** `true` once everything that was in the log at the start is applied; `false` for good when that broke. */
  get caughtUp(): boolean {
    return this.#caughtUp && !this.#broken;
  }

  /** What was read is not in the log any more: stops are taken and pushed, nothing is committed, lifted or proven. */
  get isRolledBack(): boolean {
    return this.#rolledBack;
  }

  /** Its own disk: `pending` orders are there that the log does not have; not `isWritable`: no new one comes to it. */
  get spool(): { readonly pending: number; readonly isWritable: boolean } {
    return { pending: this.#spool.size, isWritable: this.#spool.isWritable };
  }

  /** The log's own clock, by this node's last echo, milliseconds since the epoch; `null`: none returned yet. */
  get logTimeMs(): number | null {
    return this.#node.logTimeMs;
  }

  /** Listens, pushes what the spool holds, reads the log; resolves when that is read. It joins by itself. */
  async start(): Promise<void> {
    const { log, messaging, clock } = this.#options;
    const inbox = nodeInbox({
      node: this.id,
      step: (input) => this.step(input),
      tested: (tested, signature) => this.#tests.heard(tested, signature),
      asked: (ask, signature) => this.#rotation.asked(ask, signature),
      rejected: (what) => this.#options.handlers.rejected(what),
    });
    this.#subscriptions = inbox.map(({ subject, hear }) =>
      messaging.subscribe(subject, (message) => hear(message.text(), message.subject)),
    );
    await messaging.flush();
    this.#actions.perform(this.#node.start(readingOf(clock)), 'start');
    this.#following = log.follow({
      filters: [],
      from: () => this.#node.resumeFrom,
      onSubscribed: (consumer, fromSequence) =>
        this.step({ kind: 'subscribed', consumer, fromSequence }),
      onDelivery: (delivery) => this.#delivered(delivery),
      onConnected: (connected) => {
        this.#connected = connected;
      },
    });
    this.#timer = setInterval(() => this.step({ kind: 'tick' }), TICK_MS);
    await this.#waiters.until(() => this.#caughtUp || this.#broken, Infinity);
    if (this.#broken)
      throw new Error('the control log cannot be applied: see the log of this process');
  }

  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#rotation.stop();
    const wasMember = this.isMember;
    this.step({ kind: 'leave' });
    if (wasMember) await this.#waiters.until(() => this.#hasLeft, LEAVE_MS_MAX);
    for (const subscription of this.#subscriptions) subscription.stop();
    await this.#following?.stop();
    await this.#spool.close().finally(this.#options.identity.release);
  }

  /**
   * Takes an authorised operator's stop: signed, pushed to every gateway at once, and appended to the log until it is
   * there. Answers whether it came to this node's disk, or to the log, in time; it is pushed in any case.
   */
  async order(event: StopOrderedEvent, timeoutMs = Infinity): Promise<boolean> {
    const { orderId } = event.data;
    this.step({ kind: 'order', order: orderBodyOf(event) });
    await this.#waiters.until(() => this.#broken || this.#isDurable(orderId), timeoutMs);
    const isDurable = this.#isDurable(orderId);
    this.#ordered.delete(orderId);
    return isDurable;
  }

  /** How far an order has come, as far as this node can prove; `null`: not known here, lifted, or nothing is proven any more. */
  standing(orderId: string): OrderStanding | null {
    const { clock, handlers } = this.#options;
    if (this.#broken) return null;
    return this.#node.standing(orderId, readingOf(clock), handlers.fenceCounts);
  }

  /** Resolves when the standing is as wanted, when the order stands no longer, or when the time is over. */
  async until(
    orderId: string,
    reached: (standing: OrderStanding) => boolean,
    timeoutMs: number,
  ): Promise<OrderStanding | null> {
    const isSo = (): boolean => {
      const standing = this.standing(orderId);
      return standing === null || reached(standing);
    };
    await this.#waiters.until(isSo, timeoutMs);
    return this.standing(orderId);
  }

  /** Tries the push route: every gateway does what it would do for a stop, but refuses nothing. */
  test(test: Test): Promise<Outcome> {
    return this.#tests.run(test);
  }

  /** Over the push route, so that whoever can be stopped can be asked; the new key comes by the log. */
  askToRotate(kind: 'node' | 'gateway', id: string): void {
    const { identity, messaging, clock } = this.#options;
    const nonce = randomBytes(12).toString('base64url');
    const ask = { node: this.id, kind, id, nonce, atMs: clock.nowMs() };
    const signature = identity.current.sign(signedText('rotate', ask));
    messaging.publish(live.order(this.id), encodeRotate(ask, signature));
  }

  step(input: NodeInput): void {
    if (this.#broken) return;
    try {
      this.#actions.perform(this.#node.step(input, readingOf(this.#options.clock)), input.kind);
    } catch (error) {
      this.#broken = true;
      this.#options.logger.fatal({ err: error, position: this.position }, 'closed: proves nothing');
    }
    if (this.#waiters.size > 0 && mayEndAWait(input)) this.#waiters.check();
  }

  #isDurable(orderId: string): boolean {
    if (this.#ordered.has(orderId)) return true;
    if (this.#broken) return false;
    const standing = this.standing(orderId);
    return standing === null || standing.committed;
  }

  #delivered(delivery: RawDelivery): void {
    const { consumer, consumerSequence, pending } = delivery;
    const entry = entryOf(delivery, this.ring);
    if (entry.fact.kind === 'echo') this.echoes.read(entry.fact);
    this.step({ kind: 'delivered', delivery: { consumer, consumerSequence, pending, entry } });
    if (pending > 0 || this.position < entry.sequence) return;
    this.#caughtUp = true;
    this.#waiters.check();
  }
}
