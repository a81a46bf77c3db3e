export * from './alert.decider.js';
export * from './bodies.js';
export * from './retry-schedule.js';
export * from './shown-subscription.js';
export * from './told-facts.js';
export * from './wanted.js';
export * from './webhook-limits.js';
export * from './webhook.decider.js';
