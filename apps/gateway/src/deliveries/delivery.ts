import type { Address, Destination, IntentEvent, WorkEvent } from '#contracts';
import type { Ask, ControlView, OpenIntent } from '#domain';
import type { WorkItem, WorkQueues } from '#event-store';
import { toTimestamp, type Clock, type Logger } from '#platform';
import { byGateway, type GatewayIdentity } from '../identity.js';
import type { KilledSessions } from '../sessions/killed-sessions.js';
import type { Gate } from '../gate/gate.js';
import type { HandOver, Refused } from '../gate/hand-over.js';
import type { IntentHistory, LoadedIntent } from '../intents/intent-history.js';
import type { IntentLog } from '../intents/intent-log.js';
import type { HeldWork } from './held-work.js';
import type { Returns } from './returns.js';
import type { WorkInHand } from './work-in-hand.js';

export interface DeliveryOptions {
  readonly identity: GatewayIdentity;
  readonly gate: Gate;
  readonly view: ControlView;
  readonly queues: Pick<WorkQueues<WorkEvent>, 'settle'>;
  readonly history: IntentHistory;
  readonly intents: IntentLog;
  readonly inHand: WorkInHand;
  readonly held: HeldWork;
  readonly returns: Returns;
  readonly sessions: KilledSessions;
  readonly clock: Clock;
  readonly log: Logger;
  readonly visibilityMs: number;
  onOutcome(outcome: DeliveryOutcome): void;
  /** Handed over without a proof, by the choice of both namespaces. */
  onStale(): void;
}

/** `fenced`: put back, for another gateway or until this one can prove its state. */
export type DeliveryOutcome = 'delivered' | 'held' | 'ended' | 'returned' | 'fenced';

/** Who takes an item, and how it reaches them. */
export interface Taker {
  readonly agent: Address;
  /** `false` when it can no longer be reached. */
  send(wire: object, seq: number): boolean;
  /** Breaks the connection. */
  destroy(): void;
  free(): void;
}

type Item = WorkItem<WorkEvent>;
type Delivered = Extract<IntentEvent, { type: 'IntentDelivered' }>;

const FENCED_AGAIN_MS = 500;

/** Hands one item of work to one taker: judged, recorded in the log, then sent. */
export class Delivery {
  constructor(private readonly options: DeliveryOptions) {}

  async hand(item: Item, taker: Taker): Promise<DeliveryOutcome> {
    const outcome = await this.tryHand(item, taker);
    this.options.onOutcome(outcome);
    return outcome;
  }

  private async tryHand(item: Item, taker: Taker): Promise<DeliveryOutcome> {
    const { gate } = this.options;
    if (!gate.passes([taker.agent])) return this.fenced(item, 0);
    const intent = await this.load(item);
    const { state } = intent;
    if (state.status === 'ended') return this.done(item);
    // Its taker's other work may go on: this one would come back at once, again and again.
    if (!gate.passes(partiesOf(intent, taker))) return this.fenced(item, FENCED_AGAIN_MS);
    const over = await this.outOfSession(intent, item, state);
    if (over !== null) return over;
    if (!gate.decide(askFor(intent, taker), !gate.ready()).allowed) return this.hold(item);
    if (this.isAnothers(state, taker.agent)) return this.hold(item);
    const delivered = await this.record(intent, item, taker);
    return delivered === null ? this.done(item) : this.send(delivered, item, taker);
  }

  /** The first time round nothing can have happened to most items: the append finds out about the others. */
  private load({ stored, deliveryCount }: Item): Promise<LoadedIntent> | LoadedIntent {
    const { history } = this.options;
    return deliveryCount === 1 ? history.fresh(stored) : history.from(stored);
  }

  /** `null`: no kill of its session forbids it. Without a look at that nobody knows, so it is tried again shortly. */
  private async outOfSession(
    intent: LoadedIntent,
    item: Item,
    { submission }: OpenIntent,
  ): Promise<DeliveryOutcome | null> {
    const { sessions, log } = this.options;
    try {
      const isKilled = await sessions.isKilled(submission.kept['session_id']);
      return isKilled ? await this.cancel(intent, item) : null;
    } catch (error) {
      log.warn({ err: error, intent_id: intent.id }, 'the session cannot be looked at');
      return this.fenced(item, FENCED_AGAIN_MS);
    }
  }

  /** A stopped agent's share of a queue waits for it, unless the stop is a quarantine: then the others have it. */
  private isAnothers({ returned }: OpenIntent, agent: Address): boolean {
    if (returned === null || returned.agent === agent) return false;
    const order = this.options.view.order(returned.orderId);
    return order !== null && order.lift === null && order.mode !== 'quarantine';
  }

  private async record(
    intent: LoadedIntent,
    item: Item,
    taker: Taker,
  ): Promise<LoadedIntent | null> {
    const { identity, intents, clock, visibilityMs } = this.options;
    const acted = await intents.act(
      intent,
      {
        type: 'DeliverIntent',
        agent: taker.agent,
        ...identity,
        deliverySeq: item.deliverySeq,
        visibleUntil: toTimestamp(clock.nowMs() + visibilityMs),
        workToken: item.token,
      },
      byGateway(identity, { ...intent.to, correlationId: intent.history[0]?.correlation_id }),
    );
    if (!acted.accepted) return null;
    return acted.intent.state.status === 'open' ? acted.intent : null;
  }

  private async send(intent: LoadedIntent, item: Item, taker: Taker): Promise<DeliveryOutcome> {
    const { inHand, returns } = this.options;
    const hand = {
      intentId: intent.id,
      intentType: intent.state.submission.intentType,
      to: intent.to,
      agent: taker.agent,
      token: item.token,
    };
    // A stop may have come while the delivery was on its way to the log; the gate has the last word.
    const wire = wireOf(intent, item);
    const handing = this.handing(intent, taker);
    const offered = this.options.gate.offer(handing, () => taker.send(wire, item.deliverySeq));
    if (!offered.sent || !offered.value) {
      await returns.take(hand, cause(offered.sent ? null : offered.refusal));
      return 'returned';
    }
    inHand.add({ ...hand, free: () => taker.free() });
    return 'delivered';
  }

  private handing(intent: LoadedIntent, taker: Taker): HandOver {
    return {
      what: 'delivery',
      agent: taker.agent,
      intentId: intent.id,
      asks: [askFor(intent, taker)],
      parties: partiesOf(intent, taker),
      destroy: () => taker.destroy(),
      flag: () => this.options.onStale(),
    };
  }

  private fenced(item: Item, againAfterMs: number): DeliveryOutcome {
    this.options.held.putBack(item.token, againAfterMs);
    return 'fenced';
  }

  private hold(item: Item): DeliveryOutcome {
    this.options.held.hold(item);
    return 'held';
  }

  /** Its session was killed: nobody is to work on it any more. */
  private async cancel(intent: LoadedIntent, item: Item): Promise<DeliveryOutcome> {
    const { identity, intents } = this.options;
    await intents.act(
      intent,
      {
        type: 'ResolveIntent',
        status: 'CANCELED',
        result: {},
        error: {},
        reason: 'session_killed: the session that it is part of was stopped',
      },
      byGateway(identity, { ...intent.to, correlationId: intent.history[0]?.correlation_id }),
    );
    return this.done(item);
  }

  private async done(item: Item): Promise<DeliveryOutcome> {
    await this.options.queues.settle(item.token, 'done');
    return 'ended';
  }
}

const cause = (refused: Refused | null) => {
  const hold = refused?.verdict.hold ?? null;
  return hold === null
    ? ({ cause: 'undelivered', orderId: null } as const)
    : ({ cause: 'stopped', orderId: hold.order.orderId } as const);
};

const partiesOf = (intent: LoadedIntent, taker: Taker): readonly Destination[] => [
  taker.agent,
  intent.state.submission.from,
];

const askFor = (intent: LoadedIntent, taker: Taker): Ask => ({
  address: taker.agent,
  act: 'deliver',
  capability: `intent:${intent.state.submission.intentType}`,
});

/** The item as its taker sees it. */
const wireOf = (intent: LoadedIntent, item: Item) => {
  const { submission, checkpoint, attempts } = intent.state;
  const last = intent.history.at(-1) as Delivered;
  return {
    intent_id: intent.id,
    seq: item.deliverySeq,
    event_type: 'intent.delivered',
    status: 'DELIVERED',
    at: last.at,
    intent_type: submission.intentType,
    payload: submission.payload,
    from_agent: submission.from,
    to_agent: submission.to,
    correlation_id: submission.correlationId,
    ...(submission.replyTo === null ? {} : { reply_to: submission.replyTo }),
    ...(submission.deadlineAt === null ? {} : { deadline_at: submission.deadlineAt }),
    delivery_attempt: attempts,
    ...(checkpoint === undefined ? {} : { checkpoint }),
  };
};
