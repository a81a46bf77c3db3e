export * from './free-port.js';
export * from './nats-binary.js';
export * from './nats-server.js';
export * from './postgres.js';
export * from './process-identity.js';
export * from './project-root.js';
export type { RunningServer } from './running-server.js';
