export * from './budget-scope.js';
export * from './codec.js';
export * from './envelope.js';
export * from './events/activity.events.js';
export * from './events/agent.events.js';
export * from './events/budget.events.js';
export * from './events/control.events.js';
export * from './events/intent.events.js';
export * from './events/key.events.js';
export * from './events/ledger.events.js';
export * from './events/mesh.events.js';
export * from './events/policy.events.js';
export * from './events/session.events.js';
export * from './events/stop.events.js';
export * from './events/tenant.events.js';
export * from './events/webhook.events.js';
export * from './forwarding.js';
export * from './money.js';
export * from './names.js';
export * from './notice.js';
export * from './policy-backtest.js';
export * from './policy-breach.js';
export * from './policy-document.js';
export * from './principal.js';
export * from './problem-codes.js';
export * from './projector.js';
export * from './receipt.js';
export * from './routes/agent-stops.routes.js';
export * from './routes/agent-wire.js';
export * from './routes/alerts.routes.js';
export * from './routes/audit.routes.js';
export * from './routes/budget.routes.js';
export * from './routes/budgets.routes.js';
export * from './routes/command-routes.js';
export * from './routes/deliveries.routes.js';
export * from './routes/doctor.routes.js';
export * from './routes/drills.routes.js';
export * from './routes/gateway-routes.js';
export * from './routes/heartbeat.routes.js';
export * from './routes/intent-answers.routes.js';
export { IntentStatus, IntentStoryEvent, IntentView } from './routes/intent-wire.js';
export * from './routes/intents.routes.js';
export * from './routes/keys.routes.js';
export * from './routes/mesh-admin.routes.js';
export * from './routes/mesh-agents.routes.js';
export * from './routes/mesh.routes.js';
export * from './routes/order-record.js';
export * from './routes/policies.routes.js';
export * from './routes/policy-wire.js';
export * from './routes/route.js';
export * from './routes/service-accounts.routes.js';
export * from './routes/service.routes.js';
export {
  SessionFeedEvent,
  SessionLimitsInput,
  SessionMessage,
  SessionStatus,
  SessionView,
} from './routes/session-wire.js';
export * from './routes/sessions.routes.js';
export * from './routes/signals.routes.js';
export * from './routes/stop-wire.js';
export * from './routes/stops.routes.js';
export * from './routes/tenants.routes.js';
export * from './routes/webhook-wire.js';
export * from './routes/webhooks.routes.js';
export * from './selector.js';
export * from './signal.js';
export * from './subjects.js';
