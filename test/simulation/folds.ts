import type { LogEntry, SignedOrder } from '#domain';
import { addressOf, LAX } from './agents.js';

/** What operators write into the log besides stops. */
export type OtherBody =
  | { readonly agent: string; readonly tag: string; readonly bytes: number }
  | { readonly onFence: 'allow' | 'deny' };

/** What a fold asks of the history that it is part of. */
interface FoldedHistory {
  readonly lostEntries: ReadonlySet<LogEntry>;
  readonly checker: { foldBroken(reader: string, what: string): void };
}

/** A reader's fold of the log: it must be the log, event by event (I7), and says who is tagged and what is opted out. */
export class LogFold {
  readonly tags = new Map<string, Set<string>>();
  /** Order ids and agents, with the sequence of the order or of the tag. */
  readonly read = new Map<string, number>();
  /** Whether requests of the lax namespace may flow without a proof, and the sequence of that choice. */
  onFence: { readonly choice: 'allow' | 'deny'; readonly sequence: number } = {
    choice: 'deny',
    sequence: 0,
  };
  /** The last join of each gateway, by its id. */
  readonly joins = new Map<string, string>();
  #entries: LogEntry[] = [];
  #isMisled = false;

  constructor(
    private readonly reader: string,
    private readonly world: FoldedHistory,
  ) {}

  /** The sequence of the last event that was read; `0`: none. */
  get lastRead(): number {
    return this.#entries.at(-1)?.sequence ?? 0;
  }

  /** It holds what the log has lost. */
  get isMisled(): boolean {
    return this.#isMisled;
  }

  /** The log keeps nothing after this. */
  logLost(keep: number): void {
    if (this.lastRead > keep) this.#isMisled = true;
  }

  apply(entry: LogEntry): void {
    if (this.world.lostEntries.has(entry)) this.#isMisled = true;
    const before = this.#entries.at(-1)?.sequence ?? 0;
    if (entry.sequence <= before)
      this.world.checker.foldBroken(this.reader, `applied ${entry.sequence} after ${before}`);
    this.#entries.push(entry);
    const { fact, sequence } = entry;
    if (fact.kind === 'stop-ordered') this.read.set(fact.signed.order.orderId, sequence);
    if (fact.kind === 'gateway-joined') this.joins.set(fact.gateway, fact.join);
    if (fact.kind === 'other') this.#other(fact.body as OtherBody, sequence);
  }

  #other(body: OtherBody, sequence: number): void {
    if ('onFence' in body) {
      this.onFence = { choice: body.onFence, sequence };
      return;
    }
    const tags = this.tags.get(body.agent) ?? new Set<string>();
    this.tags.set(body.agent, tags.add(body.tag));
    if (body.tag === 'rogue' && !this.read.has(body.agent)) this.read.set(body.agent, sequence);
  }

  /** @param log all lasting events that there are. */
  judge(log: readonly LogEntry[]): void {
    const wrong = this.#entries.findIndex((entry, index) => entry !== log[index]);
    if (wrong === -1) return;
    const [mine, real] = [this.#entries[wrong]?.sequence, log[wrong]?.sequence];
    const what = `has event ${mine} where the log has ${real ?? 'nothing'}`;
    this.world.checker.foldBroken(this.reader, what);
  }
}

/** Whether one of these orders stops the agent, as a gateway that understands these modes sees it. */
export const isStopped = (
  agent: string,
  orders: Iterable<SignedOrder>,
  { tags, modes }: { readonly tags: LogFold['tags']; readonly modes: readonly string[] },
): boolean => {
  for (const { order } of orders) {
    const { selector, mode } = order;
    if (!modes.includes(mode)) continue;
    if ('agent' in selector && selector.agent === addressOf(agent)) return true;
    if ('tag' in selector && tags.get(agent)?.has(selector.tag)) return true;
  }
  return false;
};

/** Whether an order concerns requests that may flow without a proof. */
export const isLax = ({ selector }: SignedOrder['order']): boolean =>
  'agent' in selector && selector.agent === addressOf(LAX);
