export * from './event-store.port.js';
export * from './key-value.port.js';
export * from './log-errors.js';
export * from './messaging.port.js';
export * from './work-queue.port.js';
