export * from './activity-audit.projection.js';
export * from './audit-rows.js';
export * from './control-audit.projection.js';
export * from './health-change.policy.js';
export * from './row-batch.js';
export { SUM_MAX } from './usage.js';
