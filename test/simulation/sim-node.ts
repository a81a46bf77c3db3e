import {
  ControlNode,
  type FenceCounts,
  type GatewayInput,
  type LogEntry,
  type NodeInput,
  type NodeOutput,
  type OrderBody,
  type SignedOrder,
  type Spool,
} from '#domain';
import { isLax, LogFold } from './folds.js';
import { Machine } from './machine.js';
import type { GatewayPeer, NodePeer } from './peers.js';
import type { OrderStory } from './stories.js';
import { signingFor, type World } from './world.js';

const TICK_MS = 20;

/** The shell of a control node: its spool, its pushes, and operators who ask it how their orders stand. */
export class SimNode {
  readonly machine: Machine;
  onAnswered: () => void = () => undefined;
  gateways: readonly GatewayPeer[] = [];
  nodes: readonly NodePeer[] = [];
  #node: ControlNode | null = null;
  #spool: { incarnation: string | null; orders: SignedOrder[] } = { incarnation: null, orders: [] };
  #disks = 0;
  #fold: LogFold;
  readonly #counted = new Map<string, number>();
  readonly #liftTried = new Map<string, number>();

  constructor(
    readonly name: string,
    private readonly world: World,
  ) {
    this.machine = new Machine(name, world.schedule, world.clockRate());
    this.#fold = new LogFold(name, world);
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
    this.world.checker.began(this.name);
    this.#fold = new LogFold(this.name, this.world);
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
    this.#disks += 1;
    this.#spool = { incarnation: null, orders: [] };
  }

  /** Takes part in nothing any more, says so, and ends. */
  leave(): void {
    if (!this.machine.isUp || this.machine.isPaused) return;
    this.world.history.note(this.name, 'leaves');
    this.#step({ kind: 'leave' });
    this.machine.isUp = false;
    this.#node = null;
    this.world.log.unsubscribe(this.name);
  }

  /** In memory, or in the spool. */
  holds(orderId: string): boolean {
    if (this.#spool.orders.some(({ order }) => order.orderId === orderId)) return true;
    return this.#node !== null && this.#node.standing(orderId, this.machine.reading()) !== null;
  }

  isContained(orderId: string): boolean {
    if (this.#node === null || !this.#node.isReady) return false;
    const standing = this.#node.standing(orderId, this.machine.reading(), this.#fenceCounts);
    return standing?.contained ?? false;
  }

  judgeFold(log: readonly LogEntry[]): void {
    if (this.#node?.isMember) this.#fold.judge(log);
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
    const node = this.#node;
    if (node === null) return;
    if (node.isReady) checker.consumedByReady(this.#fold.read);
    for (const story of checker.orders) {
      if (story.liftedAtMs !== null) continue;
      this.#mayLift(story, node.logTimeMs);
      if (story.contained === null) this.#tell(node, story.orderId);
    }
  }

  #tell(node: ControlNode, orderId: string): void {
    const { checker } = this.world;
    const standing = node.standing(orderId, this.machine.reading(), this.#fenceCounts);
    if (standing === null) return;
    const { acked, gateways, contained } = standing;
    if (acked !== (this.#counted.get(orderId) ?? 0)) {
      this.#counted.set(orderId, acked);
      for (const { state, gateway, boot } of gateways)
        if (state === 'acked') checker.counted({ orderId, gateway, boot });
    }
    if (contained) checker.contained(orderId, this.name);
  }

  // Traffic of an opted-out namespace flows at a fenced gateway, until that gateway has surely read that it may not.
  readonly #fenceCounts: FenceCounts = (order, { knownPosition }) => {
    const { choice, sequence } = this.#fold.onFence;
    return !isLax(order) || (choice === 'deny' && knownPosition >= sequence);
  };

  // A time-boxed stop ends by the log's clock, as an own echo that came back has told it.
  #mayLift({ orderId, plan }: OrderStory, logTimeMs: number | null): void {
    if (plan.untilMs === null || logTimeMs === null || logTimeMs < plan.untilMs) return;
    const { nowMs } = this.world.schedule;
    if (!this.#fold.read.has(orderId) || nowMs - (this.#liftTried.get(orderId) ?? 0) < 500) return;
    this.#liftTried.set(orderId, nowMs);
    this.#step({ kind: 'lift', orderId });
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
      case 'tell-restore':
        return this.#toGateway(output.word.gateway, { kind: 'restore-told', word: output.word });
      case 'ask-join':
        return this.#toNode(output.word.to, { ...output, kind: 'join-asked' });
      case 'acknowledge-join':
        return this.#toNode(output.word.to, { ...output, kind: 'join-acknowledged' });
      case 'apply':
        return this.#fold.apply(output.entry);
      case 'resubscribe':
        return this.#subscribe(output.fromSequence);
      case 'ordered':
        return this.#ordered(output.orderId);
      case 'enforce':
        return;
      case 'start-over':
        this.#fold = new LogFold(this.name, world);
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

  #subscribe(from: number): void {
    const { generation } = this.machine;
    const consumer = this.world.log.subscribe({
      client: this.name,
      from,
      reads: 'all',
      deliver: (delivery) =>
        this.machine.run(() => this.#step({ kind: 'delivered', delivery }), generation),
      onEnded: () =>
        this.machine.run(() => this.#subscribe(this.#node?.resumeFrom ?? 1), generation),
    });
    this.machine.run(
      () => this.#step({ kind: 'subscribed', consumer, fromSequence: from }),
      generation,
    );
  }
}
