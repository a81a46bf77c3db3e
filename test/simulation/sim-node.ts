import {
  ControlNode,
  type GatewayInput,
  type LogEntry,
  type NodeInput,
  type NodeOutput,
  type OrderBody,
  type SignedOrder,
  type Spool,
} from '#domain';
import { LogFold } from './folds.js';
import type { Machine } from './machine.js';
import { NodeOperators } from './node-operators.js';
import type { GatewayPeer, NodePeer } from './peers.js';
import { SimProcess } from './sim-process.js';
import { signingFor, type World } from './world.js';

/** The shell of a control node: its spool, its pushes, and operators who ask it how their orders stand. */
export class SimNode {
  readonly #process: SimProcess;
  onAnswered: () => void = () => undefined;
  gateways: readonly GatewayPeer[] = [];
  nodes: readonly NodePeer[] = [];
  #node: ControlNode | null = null;
  #spool: { incarnation: string | null; orders: SignedOrder[] } = { incarnation: null, orders: [] };
  #disks = 0;
  fold: LogFold;
  readonly #operators: NodeOperators;

  constructor(
    readonly name: string,
    readonly world: World,
  ) {
    this.#process = new SimProcess(name, world, {
      reads: 'all',
      step: (input) => this.#step(input),
      tick: () => {
        this.#step({ kind: 'tick' });
        if (this.#node !== null) this.#operators.ask(this.#node);
      },
      resumeFrom: () => this.#node?.resumeFrom ?? 1,
    });
    this.fold = new LogFold(name, world);
    this.#operators = new NodeOperators(this);
  }

  get machine(): Machine {
    return this.#process.machine;
  }

  /** Lives on the disk: a lost disk means a new id. */
  get id(): string {
    return `${this.name}.${this.#disks}`;
  }

  get isReadyMember(): boolean {
    return this.machine.isUp && this.#node !== null && this.#node.isReady;
  }

  start(): void {
    if (!this.#process.begin()) return;
    const { machine } = this;
    this.fold = new LogFold(this.name, this.world);
    this.world.history.note(this.name, `starts as ${this.id}`);
    const spool: Spool = { ...this.#spool, orders: [...this.#spool.orders] };
    const process = `${this.name}-${machine.generation}`;
    const node = new ControlNode({ node: this.id, process, signing: signingFor(this.id), spool });
    this.#node = node;
    this.#perform(node.start(machine.reading()));
    this.#process.run();
  }

  crash(diskLost: boolean): void {
    if (!this.#process.crash(diskLost)) return;
    this.#node = null;
    if (!diskLost) return;
    this.#disks += 1;
    this.#spool = { incarnation: null, orders: [] };
  }

  /** Takes part in nothing any more, says so, and ends. */
  leave(): void {
    if (this.#process.leave()) this.#node = null;
  }

  /** In memory, or in the spool. */
  holds(orderId: string): boolean {
    if (this.#spool.orders.some(({ order }) => order.orderId === orderId)) return true;
    return this.#node !== null && this.#node.standing(orderId, this.machine.reading()) !== null;
  }

  isContained(orderId: string): boolean {
    return (
      this.#node !== null && this.isReadyMember && this.#operators.isContained(this.#node, orderId)
    );
  }

  judgeFold(log: readonly LogEntry[]): void {
    if (this.#node?.isMember) this.fold.judge(log);
  }

  receive(input: NodeInput): void {
    this.machine.run(() => this.#step(input));
  }

  lift(orderId: string): void {
    this.#step({ kind: 'lift', orderId });
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

  #perform(outputs: readonly NodeOutput[]): void {
    for (const output of outputs) this.#do(output);
  }

  // eslint-disable-next-line complexity -- one line for each kind of output
  #do(output: NodeOutput): void {
    const { world } = this;
    switch (output.kind) {
      case 'append':
        return this.#process.append(output);
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
      case 'tell-restore':
        return this.#toGateway(output.word.gateway, { kind: 'restore-told', word: output.word });
      case 'ask-join':
        return this.#toNode(output.word.to, { ...output, kind: 'join-asked' });
      case 'acknowledge-join':
        return this.#toNode(output.word.to, { ...output, kind: 'join-acknowledged' });
      case 'apply':
        return this.fold.apply(output.entry);
      case 'resubscribe':
        return this.#process.subscribe(output.fromSequence);
      case 'ordered':
        return this.#ordered(output.orderId);
      case 'enforce':
        return;
      case 'start-over':
        this.fold = new LogFold(this.name, world);
        world.checker.startedOver(this.name);
        return world.history.note(this.name, 'starts over');
      case 'alarm':
        world.checker.alarmed(this.name);
        return world.history.note(this.name, output.kind);
      case 'lifted':
      case 'lift-refused':
        return world.history.note(this.name, output.kind);
    }
  }

  #ordered(orderId: string): void {
    this.world.checker.answered(orderId);
    this.onAnswered();
    this.world.history.note(this.name, `ordered ${orderId}`);
  }

  #write(signed: SignedOrder): void {
    const { schedule, random } = this.world;
    this.#process.written(schedule.nowMs + random.between(0.3, 6), () => {
      this.#spool.orders.push(signed);
      const { orderId } = signed.order;
      this.machine.run(() => this.#step({ kind: 'spooled', orderId }), this.machine.generation);
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
        if (answer.more) gateway.onPart();
      });
    }
  }

  #toGateway(id: string, input: GatewayInput): void {
    for (const to of this.gateways)
      if (to.id === id) this.world.network.send(this.name, to.name, () => to.receive(input));
  }

  #toNode(id: string, input: NodeInput): void {
    const to = this.nodes.find((node) => node.id === id);
    if (to) this.world.network.send(this.name, to.name, () => to.receive(input));
  }
}
