import type { LogEntry } from '#domain';
import { SimGateway } from './sim-gateway.js';
import { SimNode } from './sim-node.js';
import { World } from './world.js';

/** All machines of one history, wired together. */
export class Mesh {
  readonly gateways: readonly SimGateway[];
  readonly nodes: readonly SimNode[];
  /** A second machine under the id of the first gateway. It is started only where a history says so. */
  readonly twin: SimGateway;
  readonly tagged = new Set<string>();
  /** Called when the log has stored a change among the members. */
  onMembership: () => void = () => undefined;
  isHealing = false;
  /** Counted from the moment on that everything must be well again. */
  readonly afterHealing = new Map<string, { fenced: number; answered: number }>();
  mustBeWell = false;

  constructor(readonly world: World) {
    const { random } = world;
    const gateways = Array.from({ length: random.whole(2, 4) }, (_, i) => `g${i + 1}`);
    const nodes = Array.from({ length: random.pick([1, 2, 2, 3]) }, (_, i) => `n${i + 1}`);
    this.gateways = gateways.map((name) => new SimGateway(name, name, world));
    this.twin = new SimGateway('g1-twin', 'g1', world);
    this.nodes = nodes.map((name) => new SimNode(name, world));
    for (const gateway of [...this.gateways, this.twin]) gateway.nodes = this.nodes;
    for (const node of this.nodes) {
      node.gateways = [...this.gateways, this.twin];
      node.nodes = this.nodes;
    }
    world.onStored.push((entry) => this.#stored(entry));
  }

  /** @param without comes later, or never. */
  start(without?: SimNode): void {
    this.world.log.start('first-incarnation');
    const { schedule, random } = this.world;
    for (const process of [...this.nodes, ...this.gateways]) {
      if (process === without) continue;
      schedule.in(random.between(0, 100), () => process.start());
    }
  }

  get machines(): readonly (SimGateway | SimNode)[] {
    return [...this.gateways, ...this.nodes];
  }

  answered(gateway: SimGateway, answer: ReturnType<SimGateway['request']>): void {
    if (!this.mustBeWell) return;
    const count = this.afterHealing.get(gateway.name) ?? { fenced: 0, answered: 0 };
    this.afterHealing.set(gateway.name, count);
    if (answer === 'fenced' || answer === 'down') count.fenced += 1;
    else count.answered += 1;
  }

  #noteTag({ agent, tag }: { agent: string; tag: string }): void {
    if (tag === 'rogue') this.tagged.add(agent);
  }

  #committed(orderId: string): void {
    const { checker } = this.world;
    const issuer = this.nodes.find(({ id }) => id === checker.story(orderId)?.issuer);
    checker.committed(orderId, issuer?.isReadyMember ?? false, this.tagged);
  }

  #stored({ fact }: LogEntry): void {
    const { checker, history } = this.world;
    if (fact.kind === 'echo') return;
    if (fact.kind === 'stop-ordered') this.#committed(fact.signed.order.orderId);
    if (fact.kind === 'stop-lifted') checker.lifted(fact.orderId);
    if (fact.kind === 'other') this.#noteTag(fact.body as { agent: string; tag: string });
    if (fact.kind === 'gateway-removed' || fact.kind === 'gateway-joined') this.onMembership();
    history.note('log', describe(fact));
  }
}

const describe = (fact: LogEntry['fact']): string => {
  if (fact.kind === 'stop-ordered') return `stores stop ${fact.signed.order.orderId}`;
  const { kind, ...rest } = fact;
  return `stores ${kind} ${JSON.stringify(rest)}`;
};
