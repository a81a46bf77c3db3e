import {
  ControlNode,
  type LogEntry,
  type NodeInput,
  type NodeOutput,
  type OrderBody,
  type SignedOrder,
  type Spool,
} from '#domain';
import { Machine } from './machine.js';
import type { GatewayPeer, NodePeer } from './peers.js';
import { signingFor, type World } from './world.js';

const TICK_MS = 20;

/** The shell of a control node: its spool, its pushes, and operators who ask it how their orders stand. */
export class SimNode {
  readonly machine: Machine;
  gateways: readonly GatewayPeer[] = [];
  nodes: readonly NodePeer[] = [];
  #node: ControlNode | null = null;
  #spool: { incarnation: string | null; orders: SignedOrder[] } = { incarnation: null, orders: [] };
  #disks = 0;
  #consumed = new Set<string>();

  constructor(
    readonly name: string,
    private readonly world: World,
  ) {
    this.machine = new Machine(name, world.schedule, world.clockRate());
  }

  /** Lives on the disk: a lost disk means a new id. */
  get id(): string {
    return `${this.name}.${this.#disks}`;
  }

  get isReadyMember(): boolean {
    return this.machine.isUp && this.#node !== null && this.#node.isReady;
  }

  start(): void {
    if (this.machine.isUp) return;
    const { machine } = this;
    machine.isUp = true;
    machine.generation += 1;
    this.#consumed = new Set();
    this.world.history.note(this.name, `starts as ${this.id}`);
    const spool: Spool = { ...this.#spool, orders: [...this.#spool.orders] };
    const process = `${this.name}-${machine.generation}`;
    const node = new ControlNode({ node: this.id, process, signing: signingFor(this.id), spool });
    this.#node = node;
    this.#perform(node.start(machine.reading()));
    this.#subscribe(1);
    this.#tick(machine.generation);
  }

  crash(diskLost: boolean): void {
    if (!this.machine.isUp) return;
    this.world.history.note(this.name, diskLost ? 'crashes and loses its disk' : 'crashes');
    this.machine.isUp = false;
    this.#node = null;
    this.world.log.unsubscribe(this.name);
    if (!diskLost) return;
    for (const story of this.world.checker.orders) {
      const isItsOwn = story.issuer === this.id && story.committedAtMs === null;
      if (isItsOwn && !this.world.hasOneFault) story.mayBeLost = true;
    }
    this.#disks += 1;
    this.#spool = { incarnation: null, orders: [] };
  }

  receive(input: NodeInput): void {
    this.machine.run(() => this.#step(input));
  }

  /** An operator's order; nothing happens while the node is down. */
  order(order: OrderBody): boolean {
    if (!this.machine.isUp || this.machine.isPaused) return false;
    this.#step({ kind: 'order', order });
    return true;
  }

  #step(input: NodeInput): void {
    if (this.#node === null) return;
    this.#perform(this.#node.step(input, this.machine.reading()));
  }

  #tick(generation: number): void {
    if (this.machine.generation !== generation || !this.machine.isUp) return;
    this.machine.run(() => {
      this.#step({ kind: 'tick' });
      this.#answerOperators();
    }, generation);
    this.world.schedule.in(TICK_MS, () => this.#tick(generation));
  }

  #answerOperators(): void {
    const { checker } = this.world;
    const node = this.#node as ControlNode;
    for (const story of checker.orders) {
      if (story.liftedAtMs !== null) continue;
      if (node.isReady && this.#consumed.has(story.orderId)) checker.consumedByReady(story.orderId);
      if (story.containedAtMs !== null) continue;
      if (node.standing(story.orderId, this.machine.reading())?.contained) {
        checker.contained(story.orderId, this.name);
      }
    }
  }

  #perform(outputs: readonly NodeOutput[]): void {
    for (const output of outputs) this.#do(output);
  }

  // eslint-disable-next-line complexity -- one line for each kind of output
  #do(output: NodeOutput): void {
    const { world, machine } = this;
    const { generation } = machine;
    switch (output.kind) {
      case 'append':
        return world.log.append(this.name, output, (answer) =>
          machine.run(
            () => this.#step({ kind: 'append-answered', ref: output.ref, answer }),
            generation,
          ),
        );
      case 'spool':
        return this.#write(output.signed);
      case 'unspool':
        this.#spool.orders = this.#spool.orders.filter(
          ({ order }) => order.orderId !== output.orderId,
        );
        return;
      case 'remember-log':
        this.#spool.incarnation = output.incarnation;
        return;
      case 'push':
        return this.#push(output.signed);
      case 'answer':
        return this.#answer(output.answer);
      case 'ask-join':
        return this.#toNode(output.word.to, { ...output, kind: 'join-asked' });
      case 'acknowledge-join':
        return this.#toNode(output.word.to, { ...output, kind: 'join-acknowledged' });
      case 'apply':
        return this.#noteConsumed(output.entry);
      case 'resubscribe':
        return this.#subscribe(output.fromSequence);
      case 'ordered':
        return this.#ordered(output.orderId);
      case 'enforce':
        return;
      case 'alarm':
      case 'start-over':
      case 'lifted':
      case 'lift-refused':
        return world.history.note(this.name, output.kind);
    }
  }

  #ordered(orderId: string): void {
    const story = this.world.checker.story(orderId);
    if (story) story.answeredAtMs ??= this.world.schedule.nowMs;
    this.world.history.note(this.name, `ordered ${orderId}`);
  }

  #noteConsumed({ fact }: LogEntry): void {
    if (fact.kind === 'stop-ordered') this.#consumed.add(fact.signed.order.orderId);
  }

  #write(signed: SignedOrder): void {
    const { generation } = this.machine;
    this.world.schedule.in(this.world.random.between(0.3, 6), () => {
      if (!this.machine.isUp || this.machine.generation !== generation) return;
      this.#spool.orders.push(signed);
      const { orderId } = signed.order;
      this.machine.run(() => this.#step({ kind: 'spooled', orderId }), generation);
    });
  }

  #push(signed: SignedOrder): void {
    const { network } = this.world;
    for (const to of [...this.gateways, ...this.nodes]) {
      if (to !== this && !network.losesPush())
        network.send(this.name, to.name, () => to.receive({ kind: 'pushed', signed }));
    }
  }

  #answer(answer: Extract<NodeOutput, { kind: 'answer' }>['answer']): void {
    for (const gateway of this.gateways) {
      if (gateway.id !== answer.gateway) continue;
      this.world.network.send(this.name, gateway.name, () => {
        this.world.checker.answerArrived(gateway.name);
        gateway.receive({ kind: 'answered', answer, nonce: gateway.nonce() });
      });
    }
  }

  #toNode(id: string, input: NodeInput): void {
    const to = this.nodes.find((node) => node.id === id);
    if (to) this.world.network.send(this.name, to.name, () => to.receive(input));
  }

  #subscribe(from: number): void {
    const { generation } = this.machine;
    const consumer = this.world.log.subscribe(this.name, from, (delivery) =>
      this.machine.run(() => this.#step({ kind: 'delivered', delivery }), generation),
    );
    this.machine.run(
      () => this.#step({ kind: 'subscribed', consumer, fromSequence: from }),
      generation,
    );
  }
}
