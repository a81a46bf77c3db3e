import type { Activity } from './activity/activity.js';
import { Deliveries } from './deliveries/deliveries.js';
import { budgetParts } from './budget/budget-parts.js';
import type { Gate } from './gate/gate.js';
import type { GatewayShared } from './gateway-shared.js';
import { Guard } from './heartbeat/guard.js';
import { Heartbeats } from './heartbeat/heartbeats.js';
import { Inbox } from './inbox/inbox.js';
import { AnswerIntents } from './intents/answer-intents.js';
import { Backlogs } from './intents/backlogs.js';
import { CreateIntent } from './intents/create-intent.js';
import { IntentEventStream } from './intents/intent-event-stream.js';
import { ReadIntents } from './intents/read-intents.js';
import { sessionParts } from './sessions/session-parts.js';
import type { OpenStreams } from './streams/open-streams.js';
import type { WorkParts } from './work-parts.js';

export interface RouteHandlersOptions extends GatewayShared {
  readonly gate: Gate;
  readonly streams: OpenStreams;
  readonly activity: Activity;
  readonly work: WorkParts;
  readonly backlogMax: number | undefined;
  readonly usdcAsUsd: boolean;
  boot(): number;
}

/** The handlers of the agents' side. */
export const routeHandlers = (options: RouteHandlersOptions) => {
  const { logs, gate, work, backlogMax } = options;
  const { history, intents, destinations, hasWorkInHand } = work;
  const store = logs.work;
  const parts = sessionParts(options);
  const { sessions } = parts;
  const budgets = budgetParts({ ...options, sessions });
  const reading = new ReadIntents({ history, gate });
  const answers = new AnswerIntents({ history, intents, reading, gate, renew: work.renew });
  const backlogs = new Backlogs({
    ...options,
    queues: destinations,
    ...(backlogMax === undefined ? {} : { backlogMax }),
  });
  return {
    create: new CreateIntent({
      ...options,
      ...{ store, history, backlogs, sessions, hasWorkInHand },
      costs: budgets.costs,
    }),
    reading,
    answers,
    eventStream: new IntentEventStream({ ...options, store, history }),
    deliveries: new Deliveries({ ...options, ...work, queues: destinations }),
    heartbeats: new Heartbeats({ ...options, answers }),
    guard: new Guard({ gate, sessions, costs: budgets.costs, hasWorkInHand }),
    budgets,
    sessions: parts,
    inbox: new Inbox(store),
  };
};
