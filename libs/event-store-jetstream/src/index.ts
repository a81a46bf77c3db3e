export * from './access/index.js';
export * from './connect.js';
export * from './durable-name.js';
export { type StatusListener, type TraceSource } from './nats-link.js';
export * from './provision.js';
export { Ways, type WaysOptions } from './ways.js';
