import type { Receiver } from '../gate/destination.js';
import { ApiProblem, type Clock, type Logger } from '#platform';
import type { DestinationQueues } from '../deliveries/destination-queues.js';
import { BoundedMap } from './bounded-map.js';

export interface BacklogsOptions {
  readonly queues: DestinationQueues;
  readonly clock: Clock;
  readonly log: Logger;
  /** @default 100000 */
  readonly backlogMax?: number;
}

interface Estimate {
  /** What the queue held when it was last asked. */
  counted: number;
  /** Sent through this gateway since. */
  sent: number;
  askedMs: number;
  asking: boolean;
}

const BACKLOG_MAX = 100_000;
const RECEIVERS_MAX = 10_000;
/** The queue is asked after so many, and while it is full as often as this. */
const ASK_AFTER_SENT = 500;
const ASK_EVERY_MS = 1000;

/**
 * How much work waits for a receiver, estimated without a question on the way: what the queue last said, and what this
 * gateway has sent since. Off by what other gateways sent meanwhile.
 */
export class Backlogs {
  private readonly estimates = new BoundedMap<string, Estimate>(RECEIVERS_MAX);

  constructor(private readonly options: BacklogsOptions) {}

  /** @throws ApiProblem `backlog_full` */
  admit(receiver: Receiver): void {
    const estimate = this.estimateOf(receiver.address);
    const max = this.options.backlogMax ?? BACKLOG_MAX;
    if (estimate.counted + estimate.sent >= max) {
      this.ask(receiver, estimate);
      throw new ApiProblem(
        'backlog_full',
        `${receiver.address} has ${max} intents waiting already.`,
        {
          retryAfterSeconds: 5,
          details: { limit: max, to_agent: receiver.address },
        },
      );
    }
    estimate.sent += 1;
    if (estimate.sent >= ASK_AFTER_SENT) this.ask(receiver, estimate);
  }

  private estimateOf(address: string): Estimate {
    const known = this.estimates.get(address);
    if (known) return known;
    const estimate = { counted: 0, sent: 0, askedMs: 0, asking: false };
    this.estimates.set(address, estimate);
    return estimate;
  }

  private ask(receiver: Receiver, estimate: Estimate): void {
    const nowMs = this.options.clock.monotonicMs();
    if (estimate.asking || nowMs - estimate.askedMs < ASK_EVERY_MS) return;
    estimate.asking = true;
    estimate.askedMs = nowMs;
    const before = estimate.sent;
    void this.count(receiver)
      .then((counted) => {
        estimate.counted = counted;
        estimate.sent -= before;
      })
      .catch((error: unknown) => {
        this.options.log.warn({ err: error, to: receiver.address }, 'could not count a backlog');
      })
      .finally(() => {
        estimate.asking = false;
      });
  }

  private async count({ parts }: Receiver): Promise<number> {
    const queue = await this.options.queues.of(parts);
    const { waiting, inHand } = await queue.backlog();
    return waiting + inHand;
  }
}
