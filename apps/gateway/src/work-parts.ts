import type { Address, IntentId } from '#contracts';
import { live, partsOf } from '#contracts';
import type { ControlView } from '#domain';
import type { Clock, Ids, Logger } from '#platform';
import { Delivery } from './deliveries/delivery.js';
import { DestinationQueues } from './deliveries/destination-queues.js';
import { HeldWork } from './deliveries/held-work.js';
import { Returns } from './deliveries/returns.js';
import { WorkInHand } from './deliveries/work-in-hand.js';
import type { Gate } from './gate/gate.js';
import type { GatewayLogs } from './gateway-logs.js';
import type { GatewayMetrics } from './gateway-metrics.js';
import type { GatewayIdentity } from './identity.js';
import { IntentHistory, type LoadedIntent } from './intents/intent-history.js';
import { IntentLog } from './intents/intent-log.js';
import { KilledSessions } from './sessions/killed-sessions.js';

export interface WorkPartsOptions {
  readonly identity: GatewayIdentity;
  readonly logs: GatewayLogs;
  readonly gate: Gate;
  readonly view: ControlView;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  readonly metrics: GatewayMetrics;
  readonly visibilityMs: number;
}

/** What deals with items of work: the log of intents, the queues, and what is in whose hands. */
export const workParts = (options: WorkPartsOptions) => {
  const { identity, logs, gate, clock, visibilityMs, metrics } = options;
  const { queues, work: store, messaging } = logs;
  const history = new IntentHistory(store);
  const intents = new IntentLog({
    ...options,
    store,
    queues,
    history,
    onAnswered: (intent) => tellAnswered(intent),
  });
  const returns = new Returns({ ...options, queues, history, intents });
  const inHand = new WorkInHand({
    gate,
    clock,
    visibilityMs,
    giveBack: (hand, { order }) => {
      metrics.deliveries.inc({ outcome: 'returned' });
      void returns.take(hand, { cause: 'stopped', orderId: order.orderId });
    },
  });
  const held = new HeldWork({ ...options, queues });
  const destinations = new DestinationQueues(queues, visibilityMs);
  const delivery = new Delivery({
    ...options,
    queues,
    history,
    intents,
    inHand,
    held,
    returns,
    sessions: new KilledSessions({ ...options, store: logs.sessions }),
    onOutcome: (outcome) => metrics.deliveries.inc({ outcome }),
    onStale: () => metrics.stale.inc({ what: 'delivery' }),
  });
  const tellAnswered = ({ id, state, history: story }: LoadedIntent): void => {
    inHand.answered(id);
    if (state.status !== 'open' || state.inHand === null) return;
    const last = story.findLast((event) => event.type === 'IntentDelivered');
    if (last === undefined || last.data.gateway === identity.gateway) return;
    messaging.publish(live.answered(last.data.gateway), id);
  };

  return {
    history,
    intents,
    inHand,
    held,
    destinations,
    delivery,
    /** Hears of answers that came through other gateways. */
    listen: () =>
      messaging.subscribe(live.answered(identity.gateway), (message) =>
        inHand.answered(message.text() as IntentId),
      ),
    /** Progress began the visibility time anew: in the queue, and in what this gateway remembers. */
    renew: ({ id, to, state }: LoadedIntent): void => {
      if (state.status !== 'open' || state.inHand === null) return;
      const { token, agent } = state.inHand;
      const { intentType } = state.submission;
      inHand.renew({ intentId: id, intentType, to, agent, token });
      queues.settle(token, 'inHand').catch((error: unknown) => {
        options.log.warn({ err: error, intent_id: id }, 'visibility not renewed');
      });
    },
    /** Whether an agent has work that it has not answered, wherever that was delivered. */
    hasWorkInHand: async (agent: Address): Promise<boolean> => {
      if (inHand.holds(agent)) return true;
      const queue = await destinations.of(partsOf(agent));
      return (await queue.backlog()).inHand > 0;
    },
  };
};
export type WorkParts = ReturnType<typeof workParts>;
