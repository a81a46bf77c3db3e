import { amendStop, getStop, liftStop, listStops, orderStop } from '#contracts';
import type { AnswerOf, BodyOf, Caller } from './http/caller.js';
import type { CallOptions } from './http/transport.js';

type OrderAnswer = AnswerOf<typeof orderStop>;
/** What a stop would hit, asked before it is ordered. */
export type Plan = Extract<OrderAnswer, { dry_run: true }>;
/** A stop order, and how far it has come: never more than is known. */
export type Order = Exclude<OrderAnswer, Plan>;
export type OrderBody = Omit<BodyOf<typeof orderStop>, 'dry_run'>;

export interface ListStopsQuery {
  readonly limit?: number;
  readonly cursor?: string;
  readonly state?: 'standing' | 'lifted' | 'all';
  readonly mode?: string;
}

/** How long the answer of a stop may take beyond its own wait, in milliseconds, before another gateway is asked. */
const ANSWER_SLACK_MS = 3000;

/** Stop orders: on one agent, a tag, a namespace or an org. */
export class StopsApi {
  constructor(private readonly caller: Caller) {}

  /** Orders a stop. Answers how far it has come when the wait is over; read `effective`, `committed`, `contained`. */
  async order(body: OrderBody, options: CallOptions = {}): Promise<Order> {
    const attemptTimeoutMs = (body.timeout_ms ?? 1000) + ANSWER_SLACK_MS;
    const answer = await this.caller.call(orderStop, { body }, { attemptTimeoutMs, ...options });
    return answer as Order;
  }

  /** What the stop would hit now, without ordering it. Its `plan` may be passed to {@link order}. */
  async plan(body: OrderBody, options?: CallOptions): Promise<Plan> {
    const dry = { ...body, dry_run: true };
    return (await this.caller.call(orderStop, { body: dry }, options)) as Plan;
  }

  get(orderId: string, options?: CallOptions) {
    return this.caller.call(getStop, { params: { order_id: orderId } }, options);
  }

  list(query: ListStopsQuery = {}, options?: CallOptions) {
    return this.caller.call(listStops, { query: { ...query } }, options);
  }

  /**
   * Lifts one order. What another order holds stays stopped, and is named in `still_held`. Where the org asks for two
   * people, the first one's answer has the state `needs_second`, and nothing is lifted yet.
   */
  lift(orderId: string, body: BodyOf<typeof liftStop> = {}, options?: CallOptions) {
    return this.caller.call(liftStop, { params: { order_id: orderId }, body }, options);
  }

  /** Writes the reason after the fact. */
  giveReason(orderId: string, reason: string, options?: CallOptions) {
    return this.caller.call(
      amendStop,
      { params: { order_id: orderId }, body: { reason } },
      options,
    );
  }
}
