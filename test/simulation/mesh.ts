import type { LogEntry } from '#domain';
import type { OtherBody } from './folds.js';
import { SimGateway } from './sim-gateway.js';
import { SimNode } from './sim-node.js';
import { World } from './world.js';

export const FIRST_INCARNATION = 'first-incarnation';

/** All machines of one history, wired together. */
export class Mesh {
  readonly gateways: readonly SimGateway[];
  readonly nodes: readonly SimNode[];
  /** A second machine under the id of the first gateway. It is started only where a history says so. */
  readonly twin: SimGateway;
  /** Called when the log has stored a change among the members. */
  onMembership: () => void = () => undefined;
  /** Called when a part of an answer, with more to follow, has arrived at a gateway. */
  onPart: (gateway: SimGateway) => void = () => undefined;
  /** Called when a command was answered. */
  onAnswered: () => void = () => undefined;
  /** Called when a gateway has sent a receipt. */
  onReceipt: (gateway: SimGateway) => void = () => undefined;
  /** Under a single fault: the machines that nothing is wrong with. */
  healthy: ReadonlySet<string> = new Set();
  isHealing = false;
  readonly #members = new Set<string>();
  /** Processes that had read what the log has lost, as `name/generation`. */
  readonly #misled = new Set<string>();

  constructor(readonly world: World) {
    const { random } = world;
    const gateways = Array.from({ length: random.whole(2, 4) }, (_, i) => `g${i + 1}`);
    const nodes = Array.from({ length: random.pick([1, 2, 2, 3]) }, (_, i) => `n${i + 1}`);
    this.gateways = gateways.map((name) => new SimGateway(name, name, world));
    this.twin = new SimGateway('g1-twin', 'g1', world);
    this.nodes = nodes.map((name) => new SimNode(name, world));
    for (const gateway of [...this.gateways, this.twin]) {
      gateway.nodes = this.nodes;
      gateway.onPart = () => this.onPart(gateway);
      gateway.onReceipt = () => this.onReceipt(gateway);
    }
    for (const node of this.nodes) {
      node.onAnswered = () => this.onAnswered();
      node.gateways = [...this.gateways, this.twin];
      node.nodes = this.nodes;
    }
    world.onStored.push((entry) => this.#stored(entry));
    world.onLost.push((keep) => this.#lost(keep));
  }

  /** @param without comes later, or never. */
  start(without?: SimNode): void {
    this.world.log.start(FIRST_INCARNATION);
    const { schedule, random } = this.world;
    for (const process of [...this.nodes, ...this.gateways]) {
      if (process === without) continue;
      schedule.in(random.between(0, 100), () => process.start());
    }
  }

  get machines(): readonly (SimGateway | SimNode)[] {
    return [...this.gateways, ...this.nodes];
  }

  /** To be called after every loss of a process or a disk: an order that nobody has any more cannot come back. */
  noteLostCopies(): void {
    for (const story of this.world.checker.orders) {
      if (story.answeredAtMs === null || story.sequence !== null || story.mayBeLost) continue;
      const holders = [...this.machines, this.twin];
      // A spool that is still there has it, or the answer came too early.
      const isSpooled = !story.isLost && this.nodes.some(({ id }) => id === story.plan.issuer);
      story.mayBeLost = !isSpooled && !holders.some((holder) => holder.holds(story.orderId));
    }
  }

  /** In this process, by its own reading of the log. */
  hasReadWhatIsLost({ name, machine }: Mesh['machines'][number]): boolean {
    return this.#misled.has(`${name}/${machine.generation}`);
  }

  #lost(keep: number): void {
    for (const { name, machine, fold } of this.machines) {
      if (machine.isUp && fold.lastRead > keep) this.#misled.add(`${name}/${machine.generation}`);
      fold.logLost(keep);
    }
    this.world.checker.logLost(keep);
    this.world.history.note('fault', `the log keeps nothing after ${keep}`);
    if (keep === 0) this.world.lineage = new Set();
    this.#members.clear();
    for (const entry of this.world.log.lasting()) this.#member(entry.fact);
    this.noteLostCopies();
  }

  #member(fact: LogEntry['fact']): void {
    if (fact.kind === 'node-joined') this.#members.add(fact.node);
    if (fact.kind === 'node-left' || fact.kind === 'node-removed') this.#members.delete(fact.node);
  }

  #committed(orderId: string, sequence: number): void {
    const { checker } = this.world;
    const issuerId = checker.story(orderId)?.plan.issuer ?? '';
    const issuer = this.nodes.find(({ id }) => id === issuerId);
    const isReady = this.#members.has(issuerId) && (issuer?.isReadyMember ?? false);
    checker.committed(orderId, sequence, isReady);
  }

  #stored(entry: LogEntry): void {
    const { fact } = entry;
    if (fact.kind === 'echo') return;
    this.#judgeStored(entry);
    this.#member(fact);
    if (fact.kind === 'gateway-joined') this.world.lastJoins.set(fact.gateway, fact.join);
    if (fact.kind === 'gateway-removed' || fact.kind === 'gateway-joined') this.onMembership();
    this.world.history.note('log', `${entry.sequence} ${describe(fact)}`);
  }

  #judgeStored({ fact, sequence, record }: LogEntry): void {
    const { checker } = this.world;
    if (fact.kind === 'stop-ordered') this.#committed(fact.signed.order.orderId, sequence);
    if (fact.kind === 'stop-lifted') checker.lifted(fact.orderId, sequence, record.storedAtMs);
    if (fact.kind === 'other') this.#noteTag(fact.body as OtherBody, sequence);
    if (fact.kind === 'log-started') this.world.lineage = new Set([fact.incarnation]);
    if (fact.kind === 'log-restored') {
      checker.restored();
      this.world.lineage.add(fact.old).add(fact.new);
    }
  }

  #noteTag(body: OtherBody, sequence: number): void {
    if ('tag' in body && body.tag === 'rogue') this.world.checker.tagged(body.agent, sequence);
  }
}

const describe = (fact: LogEntry['fact']): string => {
  if (fact.kind === 'stop-ordered') return `stop ${fact.signed.order.orderId}`;
  const { kind, ...rest } = fact;
  return `${kind} ${JSON.stringify(rest)}`;
};
