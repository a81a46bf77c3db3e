import {
  GatewayLease,
  type GatewayInput,
  type GatewayOutput,
  type LogEntry,
  type Pin,
  type SignedOrder,
} from '#domain';
import { Machine } from './machine.js';
import type { NodePeer } from './peers.js';
import { signingFor, type World } from './world.js';

const TICK_MS = 20;
const MODES = ['halt', 'pause', 'quarantine', 'drain'] as const;

/** The shell of a gateway: its disk, its fold of tags and orders, and the requests that come to it. */
export class SimGateway {
  readonly machine: Machine;
  nodes: readonly NodePeer[] = [];
  #lease: GatewayLease | null = null;
  #disk: Pin | null = null;
  #tags = new Map<string, Set<string>>();
  #orders = new Map<string, SignedOrder>();
  readonly #streams = new Set<string>();
  #nonce = 0;
  #writtenAtMs = 0;

  constructor(
    readonly name: string,
    /** Two machines may run under one id: an old process that nobody ended, and its successor. */
    readonly id: string,
    private readonly world: World,
  ) {
    this.machine = new Machine(name, world.schedule, world.clockRate());
  }

  start(): void {
    if (this.machine.isUp) return;
    const { machine } = this;
    machine.isUp = true;
    machine.generation += 1;
    this.#tags = new Map();
    this.#orders = new Map();
    this.#streams.clear();
    this.world.history.note(this.name, `starts, generation ${machine.generation}`);
    const joinNonce = `${this.name}-${machine.generation}`;
    const signing = signingFor(this.id);
    const lease = new GatewayLease({
      gateway: this.id,
      joinNonce,
      modes: MODES,
      signing,
      pin: this.#disk,
    });
    this.#lease = lease;
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

  /** From the network: it may meet a later process than was meant. */
  receive(input: GatewayInput): void {
    this.machine.run(() => this.#step(input));
  }

  nonce(): string {
    this.#nonce += 1;
    return `${this.name}:${this.#nonce}`;
  }

  /** One request: the verdict, and the hand-over that may come later than was meant. */
  request(agent: string, pauseMs: number): 'down' | 'fenced' | 'refused' | 'admitted' | 'late' {
    const { machine } = this;
    if (!machine.isUp || machine.isPaused || this.#lease === null) return 'down';
    if (!this.#lease.admits(machine.reading())) return 'fenced';
    if (this.#isStopped(agent)) {
      this.world.checker.refused(this.name, agent);
      return 'refused';
    }
    if (pauseMs === 0) {
      this.world.checker.admitted(this.name, agent);
      this.#streams.add(agent);
      return 'admitted';
    }
    machine.pause(pauseMs);
    machine.run(() => this.#handOver(agent), machine.generation);
    return 'late';
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
    for (const { order } of this.#orders.values()) {
      const { selector } = order;
      if ('agent' in selector && selector.agent.endsWith(`/${agent}`)) return true;
      if ('tag' in selector && this.#tags.get(agent)?.has(selector.tag)) return true;
    }
    return false;
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
    switch (output.kind) {
      case 'append':
        return world.log.append(this.name, output, (answer) =>
          this.#own({ kind: 'append-answered', ref: output.ref, answer }, machine.generation),
        );
      case 'renew':
        return this.#toNodes((node) =>
          node.receive({ kind: 'renewal', renewal: output.renewal, signature: output.signature }),
        );
      case 'apply':
        return this.#fold(output.entry);
      case 'enforce':
        return void this.#orders.set(output.signed.order.orderId, output.signed);
      case 'release':
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
        world.checker.receipt(this.name, output.receipt.orderId);
        return this.#toNodes((node) => node.receive({ kind: 'receipt', receipt: output.receipt }));
      case 'push-to':
        return this.#toNodes((node) => node.receive({ kind: 'pushed', signed: output.signed }));
      case 'resubscribe':
        return this.#subscribe(output.fromSequence);
      case 'alarm':
      case 'start-over':
      case 'fence':
      case 'unfence':
        return world.history.note(this.name, output.kind);
    }
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
    const consumer = this.world.log.subscribe(this.name, from, (delivery) =>
      this.machine.run(() => this.#step({ kind: 'delivered', delivery }), generation),
    );
    this.#own({ kind: 'subscribed', consumer, fromSequence: from }, generation);
  }

  #fold({ fact }: LogEntry): void {
    if (fact.kind !== 'other') return;
    const { agent, tag } = fact.body as { agent: string; tag: string };
    const tags = this.#tags.get(agent) ?? new Set<string>();
    this.#tags.set(agent, tags.add(tag));
    this.#endStreams();
  }
}
