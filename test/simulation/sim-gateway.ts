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
import { LogFold } from './folds.js';
import { type Answer, type Deciding, GatewayTraffic } from './gateway-traffic.js';
import type { Machine } from './machine.js';
import type { NodePeer } from './peers.js';
import { SimProcess } from './sim-process.js';
import { signingFor, type World } from './world.js';

const MODES: readonly StopMode[] = ['halt', 'pause', 'quarantine', 'drain'];

/** The shell of a gateway: its disk, its fold of tags and orders, and its messages. */
export class SimGateway implements Deciding {
  readonly #process: SimProcess;
  readonly #traffic: GatewayTraffic;
  onPart: () => void = () => undefined;
  onReceipt: () => void = () => undefined;
  nodes: readonly NodePeer[] = [];
  lease: GatewayLease | null = null;
  fold: LogFold;
  orders = new Map<string, SignedOrder>();
  belongsTo = '';
  startedWith: ReadonlySet<string> = new Set();
  /** The stop modes that this build understands. */
  modes = MODES;
  /** What somebody who listens on the network knows of it. */
  lastRenewal: Renewal | null = null;
  #disk: Pin | null = null;
  #nonce = 0;
  #writtenAtMs = 0;

  constructor(
    readonly name: string,
    /** Two machines may run under one id: an old process that nobody ended, and its successor. */
    readonly id: string,
    private readonly world: World,
  ) {
    this.#process = new SimProcess(name, world, {
      reads: 'lasting',
      step: (input) => this.#step(input),
      tick: () => this.#step({ kind: 'tick', nonce: this.nonce() }),
      resumeFrom: () => this.lease?.resumeFrom ?? 1,
    });
    this.fold = new LogFold(name, world);
    this.#traffic = new GatewayTraffic({ name, id, machine: this.machine, world }, this);
  }

  get machine(): Machine {
    return this.#process.machine;
  }

  start(): void {
    if (!this.#process.begin()) return;
    const { generation } = this.machine;
    this.fold = new LogFold(this.name, this.world);
    this.orders = new Map();
    this.#traffic.begin();
    this.world.history.note(this.name, `starts, generation ${generation}`);
    this.startedWith = this.world.lineage;
    this.belongsTo = this.#disk?.incarnation ?? '';
    this.lease = new GatewayLease({
      gateway: this.id,
      joinNonce: `${this.name}-${generation}`,
      modes: this.modes,
      signing: signingFor(this.id),
      pin: this.#disk,
    });
    this.#perform(this.lease.start(this.machine.reading()));
    this.#process.run();
  }

  crash(diskLost: boolean): void {
    if (!this.#process.crash(diskLost)) return;
    this.lease = null;
    if (!diskLost) return;
    this.#disk = null;
    this.world.checker.diskLost(this.name);
  }

  /** Stops serving, says so, and ends. */
  leave(): void {
    if (this.#process.leave()) this.lease = null;
  }

  /** In force here, or on the disk. */
  holds(orderId: string): boolean {
    const isUp = this.machine.isUp && this.orders.has(orderId);
    return isUp || (this.#disk?.orders.some(({ order }) => order.orderId === orderId) ?? false);
  }

  /** It takes part: it is a member by its own reading. */
  get isOpen(): boolean {
    return this.machine.isUp && this.lease?.phase === 'member';
  }

  get isTooOld(): boolean {
    return [...this.orders.values()].some(({ order }) => !this.modes.includes(order.mode));
  }

  judgeFold(log: readonly LogEntry[]): void {
    if (this.isOpen) this.fold.judge(log);
  }

  /** From the network: it may meet a later process than was meant. */
  receive(input: GatewayInput): void {
    this.machine.run(() => this.#step(input));
  }

  nonce(): string {
    this.#nonce += 1;
    return `${this.name}:${this.#nonce}`;
  }

  request(agent: string, pauseMs: number): Answer {
    return this.#traffic.request(agent, pauseMs);
  }

  stream(): void {
    this.#traffic.stream();
  }

  #step(input: GatewayInput): void {
    if (this.lease !== null) this.#perform(this.lease.step(input, this.machine.reading()));
  }

  #perform(outputs: readonly GatewayOutput[]): void {
    for (const output of outputs) this.#do(output);
  }

  // eslint-disable-next-line complexity -- one line for each kind of output
  #do(output: GatewayOutput): void {
    const { checker, history } = this.world;
    switch (output.kind) {
      case 'append':
        return this.#process.append(output);
      case 'renew':
        return this.#renew(output.renewal, output.signature);
      case 'apply':
        this.fold.apply(output.entry);
        return this.#traffic.endStreams();
      case 'enforce':
        return void this.orders.set(output.signed.order.orderId, output.signed);
      case 'release':
        checker.released(this.name, output.orderId);
        return void this.orders.delete(output.orderId);
      case 'pin':
        return this.#write(output.pin, output.write);
      case 'cut':
        return this.#cut(output.signed.order.orderId);
      case 'send-receipt':
        this.#acknowledges(output.receipt.orderId);
        this.onReceipt();
        return this.#toNodes((node) => node.receive({ kind: 'receipt', receipt: output.receipt }));
      case 'push-to':
        return this.#handTo(output.node, output.signed);
      case 'resubscribe':
        return this.#process.subscribe(output.fromSequence);
      case 'start-over':
        this.fold = new LogFold(this.name, this.world);
        checker.startedOver(this.name);
        return history.note(this.name, 'starts over');
      case 'alarm':
        checker.alarmed(this.name);
        return history.note(this.name, output.kind);
      case 'fence':
      case 'unfence':
        return history.note(this.name, output.kind);
    }
  }

  #renew(renewal: Renewal, signature: string): void {
    this.lastRenewal = renewal;
    for (const orderId of renewal.applied) this.#acknowledges(orderId);
    this.#toNodes((node) => node.receive({ kind: 'renewal', renewal, signature }));
  }

  #cut(orderId: string): void {
    this.#traffic.endStreams();
    const cut = { streams: 1, calls: 0 };
    this.#process.soon(() => this.#step({ kind: 'cut', orderId, cut }));
  }

  #acknowledges(orderId: string): void {
    const boot = this.lease?.boot ?? 0;
    this.world.checker.receipt(this.name, { orderId, gateway: this.id, boot });
  }

  #handTo(id: string, signed: SignedOrder): void {
    const to = this.nodes.find((node) => node.id === id);
    if (to === undefined) return;
    this.world.network.send(this.name, to.name, () => to.receive({ kind: 'handed', signed }));
  }

  #toNodes(send: (node: NodePeer) => void): void {
    for (const node of this.nodes) this.world.network.send(this.name, node.name, () => send(node));
  }

  // Writes take effect in their order; one that the crash comes before is lost.
  #write(pin: Pin, write: number): void {
    const { schedule, random } = this.world;
    this.#writtenAtMs = Math.max(this.#writtenAtMs, schedule.nowMs + random.between(0.3, 6));
    this.#process.written(this.#writtenAtMs, () => {
      this.#disk = pin;
      this.#process.soon(() => this.#step({ kind: 'pinned', write }));
    });
  }
}
