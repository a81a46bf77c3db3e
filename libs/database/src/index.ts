export * from './batch-writer.js';
export * from './connection.js';
export * from './migrate.js';
export * from './read-model.schema.js';
export * from './rebuild-steps.js';
export * from './queries/agent-stats.js';
export * from './queries/answers.js';
export * from './queries/audit-lines.js';
export { InvalidCursorError, type Page } from './queries/cursor.js';
export * from './queries/due-health.js';
export * from './queries/mesh-events.js';
export * from './queries/orders.js';
export * from './queries/positions.js';
export {
  agentMetrics,
  usageOf,
  type UsageMetrics,
  type UsageStep,
  type UsageWindow,
} from './queries/usage.js';
