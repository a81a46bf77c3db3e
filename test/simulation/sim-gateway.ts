import type { StopMode } from '#contracts';
import {
  GatewayLease,
  type GatewayInput,
  type GatewayOutput,
  type Pin,
  type Renewal,
  type LogEntry,
  type SignedOrder,
} from '#domain';
import { isStopped, LogFold } from './folds.js';
import { Machine } from './machine.js';
import type { NodePeer } from './peers.js';
import { LAX, signingFor, type World } from './world.js';

const TICK_MS = 20;
const MODES: readonly StopMode[] = ['halt', 'pause', 'quarantine', 'drain'];

export type Answer = 'down' | 'fenced' | 'refused' | 'admitted' | 'late';

/** The shell of a gateway: its disk, its fold of tags and orders, and the requests that come to it. */
export class SimGateway {
  readonly machine: Machine;
  onPart: () => void = () => undefined;
  onReceipt: () => void = () => undefined;
  nodes: readonly NodePeer[] = [];
  #lease: GatewayLease | null = null;
  #disk: Pin | null = null;
  #fold: LogFold;
  #orders = new Map<string, SignedOrder>();
  readonly #streams = new Set<string>();
  #nonce = 0;
  #writtenAtMs = 0;
  #belongsTo = '';
  /** The lineage of the log when this process began. */
  #startedWith: ReadonlySet<string> = new Set();
  /** The stop modes that this build understands. */
  modes = MODES;
  /** What somebody who listens on the network knows of it. */
  lastRenewal: Renewal | null = null;

  constructor(
    readonly name: string,
    /** Two machines may run under one id: an old process that nobody ended, and its successor. */
    readonly id: string,
    private readonly world: World,
  ) {
    this.machine = new Machine(name, world.schedule, world.clockRate());
    this.#fold = new LogFold(name, world);
  }

  start(): void {
    if (this.machine.isUp) return;
    const { machine } = this;
    machine.isUp = true;
    machine.generation += 1;
    this.world.checker.began(this.name);
    this.#fold = new LogFold(this.name, this.world);
    this.#orders = new Map();
    this.#streams.clear();
    this.world.history.note(this.name, `starts, generation ${machine.generation}`);
    const joinNonce = `${this.name}-${machine.generation}`;
    const signing = signingFor(this.id);
    const lease = new GatewayLease({
      gateway: this.id,
      joinNonce,
      modes: this.modes,
      signing,
      pin: this.#disk,
    });
    this.#lease = lease;
    this.#startedWith = this.world.lineage;
    this.#belongsTo = this.#disk?.incarnation ?? '';
    this.#perform(lease.start(machine.reading()));
    this.#subscribe(1);
    this.#tick(machine.generation);
  }

  crash(diskLost: boolean): void {
    if (!this.machine.isUp) return;
    this.world.history.note(this.name, diskLost ? 'crashes and loses its disk' : 'crashes');
    this.machine.isUp = false;
    this.#lease = null;
    this.world.log.unsubscribe(this.name);
    if (!diskLost) return;
    this.#disk = null;
    this.world.checker.diskLost(this.name);
  }

  /** Stops serving, says so, and ends. */
  leave(): void {
    if (!this.machine.isUp || this.machine.isPaused) return;
    this.world.history.note(this.name, 'leaves');
    this.#step({ kind: 'leave' });
    this.machine.isUp = false;
    this.#lease = null;
    this.world.log.unsubscribe(this.name);
  }

  /** In force here, or on the disk. */
  holds(orderId: string): boolean {
    const isUp = this.machine.isUp && this.#orders.has(orderId);
    return isUp || (this.#disk?.orders.some(({ order }) => order.orderId === orderId) ?? false);
  }

  get isOpen(): boolean {
    return this.machine.isUp && this.#lease?.phase === 'member';
  }

  /** While a stop stands that this build does not understand, it gets no lease. */
  get isTooOld(): boolean {
    return [...this.#orders.values()].some(({ order }) => !this.modes.includes(order.mode));
  }

  judgeFold(log: readonly LogEntry[]): void {
    if (this.isOpen) this.#fold.judge(log);
  }

  /** From the network: it may meet a later process than was meant. */
  receive(input: GatewayInput): void {
    this.machine.run(() => this.#step(input));
  }

  nonce(): string {
    this.#nonce += 1;
    return `${this.name}:${this.#nonce}`;
  }

  /** One request: the verdict, and the hand-over that may come later than was meant. */
  request(agent: string, pauseMs: number): Answer {
    const { machine } = this;
    if (!machine.isUp || machine.isPaused || this.#lease === null) return 'down';
    if (!this.#lease.admits(machine.reading())) return this.#withoutProof(agent);
    if (this.#isStopped(agent)) {
      this.world.checker.refused(this.name, agent);
      return 'refused';
    }
    this.#judgeLog();
    if (pauseMs === 0) {
      this.world.checker.admitted(this.name, agent);
      this.#streams.add(agent);
      return 'admitted';
    }
    machine.pause(pauseMs);
    this.world.disturbedUntil(this.world.schedule.nowMs + pauseMs);
    machine.run(() => this.#handOver(agent), machine.generation);
    return 'late';
  }

  // It serves from the log that its disk belongs to, or from one that goes on for it; never from one without a beginning.
  #judgeLog(): void {
    const { lineage, checker } = this.world;
    if (this.#startedWith !== lineage) return;
    if (lineage.size === 0)
      checker.broken('I4', `${this.name} admits without the beginning of the log`);
    else if (this.#belongsTo !== '' && !lineage.has(this.#belongsTo))
      checker.broken('I4', `${this.name} admits from a log that is not its own`);
  }

  // Nobody is refused here: a gateway that knows nothing for sure says 503. An opted-out namespace flows, and is flagged.
  #withoutProof(agent: string): Answer {
    if (agent === LAX && this.#flows) return this.#flow(agent);
    if (!this.isTooOld) this.world.checker.fenced(this.name);
    return 'fenced';
  }

  get #flows(): boolean {
    return this.#lease?.mayFlowUnproven === true && this.#fold.onFence.choice === 'allow';
  }

  #flow(agent: string): Answer {
    if (this.#isStopped(agent)) return 'refused';
    // Superseded, and cut off from everybody who could tell it: outside the promise, and the docs say so.
    const isTwin = this.world.lastJoins.get(this.id)?.startsWith(`${this.id}-twin`) ?? false;
    if (isTwin === (this.name !== this.id)) this.world.checker.admittedByOptOut(this.name, agent);
    return 'admitted';
  }

  /** Bytes on what is in flight: no verdict is asked again, but nothing moves while fenced. */
  stream(): void {
    const { machine } = this;
    if (!machine.isUp || machine.isPaused || !this.#lease?.admits(machine.reading())) return;
    for (const agent of this.#streams) this.world.checker.admitted(this.name, agent);
  }

  #endStreams(): void {
    for (const agent of this.#streams) if (this.#isStopped(agent)) this.#streams.delete(agent);
  }

  // The clock is read again: past the lease nothing is handed over.
  #handOver(agent: string): void {
    if (this.#lease?.admits(this.machine.reading())) this.world.checker.admitted(this.name, agent);
  }

  #isStopped(agent: string): boolean {
    const { tags } = this.#fold;
    return isStopped(agent, this.#orders.values(), { tags, modes: this.modes });
  }

  #tick(generation: number): void {
    if (this.machine.generation !== generation || !this.machine.isUp) return;
    this.machine.run(() => this.#step({ kind: 'tick', nonce: this.nonce() }), generation);
    this.world.schedule.in(TICK_MS, () => this.#tick(generation));
  }

  #step(input: GatewayInput): void {
    if (this.#lease === null) return;
    this.#perform(this.#lease.step(input, this.machine.reading()));
  }

  #perform(outputs: readonly GatewayOutput[]): void {
    for (const output of outputs) this.#do(output);
  }

  // eslint-disable-next-line complexity -- one line for each kind of output
  #do(output: GatewayOutput): void {
    const { world, machine } = this;
    const { generation } = machine;
    switch (output.kind) {
      case 'append':
        return world.log.append(this.name, output, (answer) =>
          this.#own({ kind: 'append-answered', ref: output.ref, answer }, generation),
        );
      case 'renew':
        this.lastRenewal = output.renewal;
        for (const orderId of output.renewal.applied) this.#acknowledges(orderId);
        return this.#toNodes((node) =>
          node.receive({ kind: 'renewal', renewal: output.renewal, signature: output.signature }),
        );
      case 'apply':
        this.#fold.apply(output.entry);
        return this.#endStreams();
      case 'enforce':
        return void this.#orders.set(output.signed.order.orderId, output.signed);
      case 'release':
        world.checker.released(this.name, output.orderId);
        return void this.#orders.delete(output.orderId);
      case 'pin':
        return this.#write(output.pin, output.write);
      case 'cut':
        this.#endStreams();
        return this.#own(
          { kind: 'cut', orderId: output.signed.order.orderId, cut: { streams: 1, calls: 0 } },
          machine.generation,
        );
      case 'send-receipt':
        this.#acknowledges(output.receipt.orderId);
        this.onReceipt();
        return this.#toNodes((node) => node.receive({ kind: 'receipt', receipt: output.receipt }));
      case 'push-to':
        return this.#handTo(output.node, output.signed);
      case 'resubscribe':
        return this.#subscribe(output.fromSequence);
      case 'start-over':
        this.#fold = new LogFold(this.name, world);
        world.checker.startedOver(this.name);
        return world.history.note(this.name, 'starts over');
      case 'alarm':
        world.checker.alarmed(this.name);
        return world.history.note(this.name, output.kind);
      case 'fence':
      case 'unfence':
        return world.history.note(this.name, output.kind);
    }
  }

  #acknowledges(orderId: string): void {
    const boot = this.#lease?.boot ?? 0;
    this.world.checker.receipt(this.name, { orderId, gateway: this.id, boot });
  }

  #handTo(id: string, signed: SignedOrder): void {
    const to = this.nodes.find((node) => node.id === id);
    if (to === undefined) return;
    this.world.network.send(this.name, to.name, () => to.receive({ kind: 'handed', signed }));
  }

  #own(input: GatewayInput, generation: number): void {
    this.world.schedule.in(0, () => this.machine.run(() => this.#step(input), generation));
  }

  #toNodes(send: (node: NodePeer) => void): void {
    for (const node of this.nodes) this.world.network.send(this.name, node.name, () => send(node));
  }

  // Writes take effect in their order; one that the crash comes before is lost.
  #write(pin: Pin, write: number): void {
    const { generation } = this.machine;
    const { schedule, random } = this.world;
    this.#writtenAtMs = Math.max(this.#writtenAtMs, schedule.nowMs + random.between(0.3, 6));
    schedule.at(this.#writtenAtMs, () => {
      if (!this.machine.isUp || this.machine.generation !== generation) return;
      this.#disk = pin;
      this.#own({ kind: 'pinned', write }, generation);
    });
  }

  #subscribe(from: number): void {
    const { generation } = this.machine;
    const consumer = this.world.log.subscribe({
      client: this.name,
      from,
      reads: 'lasting',
      deliver: (delivery) =>
        this.machine.run(() => this.#step({ kind: 'delivered', delivery }), generation),
      onEnded: () =>
        this.machine.run(() => this.#subscribe(this.#lease?.resumeFrom ?? 1), generation),
    });
    this.#own({ kind: 'subscribed', consumer, fromSequence: from }, generation);
  }
}
