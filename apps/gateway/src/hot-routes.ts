import {
  checkpointIntent,
  controlIntent,
  createIntent,
  getIntent,
  guardTool,
  listIntentEvents,
  meshStream,
  resolveIntent,
  resumeIntent,
  sendHeartbeat,
  setIntentPolicy,
  streamAgentIntents,
  streamOwnIntents,
  streamIntentEvents,
  streamQueueIntents,
} from '#contracts';
import {
  bindRoute,
  type AnyCall,
  type HttpServer,
  type MeshStream,
  type RouteHost,
} from '#platform';
import type { Deliveries } from './deliveries/deliveries.js';
import type { Guard } from './heartbeat/guard.js';
import { refuseLargeCheckpoint, type Heartbeats } from './heartbeat/heartbeats.js';
import type { AnswerIntents } from './intents/answer-intents.js';
import { refuseLargeAnswer } from './intents/body-limits.js';
import type { CreateIntent } from './intents/create-intent.js';
import type { IntentEventStream } from './intents/intent-event-stream.js';
import type { ReadIntents } from './intents/read-intents.js';
import { bindBudgets } from './budget/bind-budgets.js';
import type { BudgetParts } from './budget/budget-parts.js';
import { bindSessions } from './sessions/bind-sessions.js';
import type { SessionParts } from './sessions/session-parts.js';

export interface HotHandlers {
  readonly create: CreateIntent;
  readonly reading: ReadIntents;
  readonly eventStream: IntentEventStream;
  readonly answers: AnswerIntents;
  readonly deliveries: Deliveries;
  readonly heartbeats: Heartbeats;
  readonly guard: Guard;
  readonly sessions: SessionParts;
  readonly budgets: BudgetParts;
  readonly meshStream: MeshStream;
}

const small =
  <C extends Pick<AnyCall, 'request' | 'body'>>(run: (call: C) => unknown) =>
  (call: C): unknown => {
    refuseLargeAnswer(call);
    return run(call);
  };

/** Binds the hot path straight to the server: Nest's own path of a handler costs half of the throughput. */
export const bindHotRoutes = (server: HttpServer, host: RouteHost, handlers: HotHandlers): void => {
  const { create, reading, eventStream, answers, deliveries, heartbeats, guard } = handlers;
  bindRoute(server, createIntent, host, (call) => create.handle(call));
  bindRoute(server, getIntent, host, (call) => reading.get(call));
  bindRoute(server, listIntentEvents, host, (call) => reading.events(call));
  bindRoute(server, streamIntentEvents, host, (call) => eventStream.handle(call));
  bindRoute(
    server,
    resolveIntent,
    host,
    small((call) => answers.resolve(call)),
  );
  bindRoute(
    server,
    resumeIntent,
    host,
    small((call) => answers.resume(call)),
  );
  bindRoute(
    server,
    controlIntent,
    host,
    small((call) => answers.controls(call)),
  );
  bindRoute(
    server,
    setIntentPolicy,
    host,
    small((call) => answers.policy(call)),
  );
  bindRoute(server, checkpointIntent, host, (call) => {
    refuseLargeCheckpoint(call.body.data, 'data');
    return answers.checkpoint(call);
  });
  bindRoute(server, streamAgentIntents, host, (call) => deliveries.agent(call));
  bindRoute(server, streamOwnIntents, host, (call) => deliveries.own(call));
  bindRoute(server, streamQueueIntents, host, (call) => deliveries.queue(call));
  bindRoute(server, sendHeartbeat, host, (call) => heartbeats.handle(call));
  bindRoute(server, guardTool, host, (call) => guard.handle(call));
  bindSessions(server, host, handlers.sessions);
  bindBudgets(server, host, handlers.budgets);
  bindRoute(server, meshStream, host, ({ principal, reply, request }) => {
    const lastEventId = request.headers['last-event-id'];
    handlers.meshStream.open({
      principal,
      reply,
      ...(typeof lastEventId === 'string' ? { lastEventId } : {}),
    });
  });
};
