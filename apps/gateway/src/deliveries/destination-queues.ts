import { workFilter, workToken, type AddressParts, type WorkEvent } from '#contracts';
import type { WorkQueue, WorkQueues } from '#event-store';
import { BoundedMap } from '../intents/bounded-map.js';

const QUEUES_MAX = 10_000;

/** No part of a name can hold a `~`, so no two destinations share a queue. */
const queueName = (to: AddressParts): string => [to.org, to.workspace, workToken(to)].join('~');

/** The durable queue of each agent and shared queue, opened when first needed. */
export class DestinationQueues {
  private readonly open = new BoundedMap<string, Promise<WorkQueue<WorkEvent>>>(QUEUES_MAX);

  constructor(
    private readonly queues: WorkQueues<WorkEvent>,
    readonly visibilityMs: number,
  ) {}

  of(to: AddressParts): Promise<WorkQueue<WorkEvent>> {
    const name = queueName(to);
    const known = this.open.get(name);
    if (known) return known;
    const { visibilityMs } = this;
    const opening = this.queues.open({ name, filter: workFilter(to), visibilityMs });
    this.open.set(name, opening);
    opening.catch(() => this.open.delete(name));
    return opening;
  }
}
