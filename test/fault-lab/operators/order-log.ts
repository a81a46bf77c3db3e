import type { Target } from '../mesh/fleet.js';
import type { Reply } from '../mesh/client.js';
import type { Claim, OrderStory } from '../judge/history.js';

/** The story of one order while it is being written. */
export interface OpenStory {
  orderId: string | null;
  readonly target: Target;
  readonly sentMs: number;
  askedMs: number | null;
  readonly claims: Claim[];
  liftSentMs: number | null;
  liftedMs: number | null;
}

interface Report {
  readonly order_id?: string;
  readonly state?: string;
  readonly committed?: boolean;
  readonly contained?: boolean | null;
  readonly effective?: { readonly acked: number; readonly of: number };
  readonly gateways?: readonly { readonly gateway: string; readonly state: string }[];
}

/** A kill's answer holds the report as `order`; every other answer is one. */
const reportOf = ({ body }: Reply): Report => (body.order ?? body) as Report;

const wordOf = ({ state = 'ordered', committed, contained }: Report) => ({
  state,
  committed: committed === true,
  contained: contained === true,
});

/** What an answer said of an order; `null` when it was none. */
export const claimOf = (by: string, reply: Reply): Claim | null => {
  const report = reportOf(reply);
  if (reply.status < 200 || reply.status > 299 || report.order_id === undefined) return null;
  const { effective, gateways = [] } = report;
  const acked = gateways.filter((it) => it.state === 'acked').map(({ gateway }) => gateway);
  const of = effective?.of ?? gateways.length;
  return { by, sentMs: reply.sentMs, atMs: reply.endMs, ...wordOf(report), acked, of };
};

export const orderIdOf = (reply: Reply): string | null => reportOf(reply).order_id ?? null;

/** Every order of an episode. */
export class OrderLog {
  readonly #stories: OpenStory[] = [];

  open(target: Target, sentMs: number): OpenStory {
    const nothing = { orderId: null, askedMs: null, liftSentMs: null, liftedMs: null };
    const story = { ...nothing, target, sentMs, claims: [] };
    this.#stories.push(story);
    return story;
  }

  get orderIds(): readonly string[] {
    return this.#stories.map(({ orderId }) => orderId).filter((id) => id !== null);
  }

  /** Everything was lifted by then, also what nobody had answered for. */
  allLifted(sentMs: number, atMs: number): void {
    for (const story of this.#stories) {
      story.liftSentMs ??= sentMs;
      story.liftedMs ??= atMs;
    }
  }

  stories(): OrderStory[] {
    return this.#stories.map(({ target, ...story }) => ({
      ...story,
      selector: target.says,
      literal: target.literal,
      agents: target.agents,
    }));
  }
}
