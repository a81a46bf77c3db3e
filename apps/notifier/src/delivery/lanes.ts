/** Deliveries at once to one receiver, to all receivers of one org, and in all. */
const AT_ONCE = { receiver: 4, org: 64, all: 512 } as const;
const TURNED_MS = { first: 1_000, each: 50, max: 300_000 } as const;

/** Whom a delivery goes to. */
export interface Lane {
  readonly org: string;
  /** Scheme, host and port: several subscriptions of an org may share one receiver. */
  readonly receiver: string;
}

/** Keeps a slow receiver from holding up the others: what finds its lanes full comes again later, and waits nowhere here. */
export class Lanes {
  private readonly busy = new Map<string, number>();
  private readonly turned = new Map<string, number>();
  private total = 0;

  /** How many more may be begun. */
  get room(): number {
    return AT_ONCE.all - this.total;
  }

  /** `null`: it may go on, and {@link leave}s at its end. Else it comes again after so many milliseconds: the longer the more do. */
  enter(lane: Lane): number | null {
    const [receiver, org] = keysOf(lane);
    const isFull = this.count(receiver) >= AT_ONCE.receiver || this.count(org) >= AT_ONCE.org;
    if (isFull) return this.turnAway(receiver);
    this.total += 1;
    this.add(receiver, 1);
    this.add(org, 1);
    return null;
  }

  /** @param answered the receiver is quick again: who was turned away need not wait long */
  leave(lane: Lane, answered: boolean): void {
    const [receiver, org] = keysOf(lane);
    this.total -= 1;
    this.add(receiver, -1);
    this.add(org, -1);
    if (answered || this.count(receiver) === 0) this.turned.delete(receiver);
  }

  private turnAway(receiver: string): number {
    const before = this.turned.get(receiver) ?? 0;
    this.turned.set(receiver, before + 1);
    return Math.min(TURNED_MS.first + before * TURNED_MS.each, TURNED_MS.max);
  }

  private count(key: string): number {
    return this.busy.get(key) ?? 0;
  }

  private add(key: string, by: number): void {
    const count = this.count(key) + by;
    if (count === 0) this.busy.delete(key);
    else this.busy.set(key, count);
  }
}

/** Orgs that share a receiver (Slack, say) do not wait for each other. */
const keysOf = ({ org, receiver }: Lane): [receiver: string, org: string] => [
  `${org} ${receiver}`,
  org,
];
