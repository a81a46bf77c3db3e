import type { ControlNode, FenceCounts } from '#domain';
import { isLax, type LogFold } from './folds.js';
import type { Machine } from './machine.js';
import { TICK_MS } from './sim-process.js';
import type { OrderStory } from './stories.js';
import type { World } from './world.js';

/** So often a node tries to end a time-boxed stop. */
const LIFT_EVERY_MS = 500;

interface Asked {
  readonly name: string;
  readonly machine: Machine;
  readonly world: World;
  readonly fold: LogFold;
  lift(orderId: string): void;
}

/** Operators who ask one node, all the time, how their orders stand; every answer is judged when it is given. */
export class NodeOperators {
  readonly #counted = new Map<string, number>();
  readonly #liftTried = new Map<string, number>();

  constructor(private readonly asked: Asked) {}

  isContained(node: ControlNode, orderId: string): boolean {
    const reading = this.asked.machine.reading();
    return node.standing(orderId, reading, this.#fenceCounts)?.contained ?? false;
  }

  ask(node: ControlNode): void {
    const { checker } = this.asked.world;
    if (node.isMember) this.asked.world.nodeReads(this.asked.fold, TICK_MS);
    if (node.isReady) checker.consumedByReady(this.asked.fold.read);
    for (const story of checker.orders) {
      if (story.liftedAtMs !== null) continue;
      this.#mayLift(story, node.logTimeMs);
      if (story.contained === null) this.#tell(node, story.orderId);
    }
  }

  #tell(node: ControlNode, orderId: string): void {
    const { checker } = this.asked.world;
    const standing = node.standing(orderId, this.asked.machine.reading(), this.#fenceCounts);
    if (standing === null) return;
    const { acked, gateways, contained } = standing;
    if (acked !== (this.#counted.get(orderId) ?? 0)) {
      this.#counted.set(orderId, acked);
      for (const { state, gateway, boot } of gateways)
        if (state === 'acked') checker.counted({ orderId, gateway, boot });
    }
    if (contained) checker.contained(orderId, this.asked.name);
  }

  // Traffic of an opted-out namespace flows at a fenced gateway, until that gateway has surely read that it may not.
  readonly #fenceCounts: FenceCounts = (order, { knownPosition }) => {
    const { choice, sequence } = this.asked.fold.onFence;
    return !isLax(order) || (choice === 'deny' && knownPosition >= sequence);
  };

  // A time-boxed stop ends by the log's clock, as an own echo that came back has told it.
  #mayLift({ orderId, plan }: OrderStory, logTimeMs: number | null): void {
    if (plan.untilMs === null || logTimeMs === null || logTimeMs < plan.untilMs) return;
    const { nowMs } = this.asked.world.schedule;
    const isTried = nowMs - (this.#liftTried.get(orderId) ?? 0) < LIFT_EVERY_MS;
    if (!this.asked.fold.read.has(orderId) || isTried) return;
    this.#liftTried.set(orderId, nowMs);
    this.asked.lift(orderId);
  }
}
