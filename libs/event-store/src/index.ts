export * from './event-store.port.js';
export * from './key-value.port.js';
export * from './messaging.port.js';
export * from './work-queue.port.js';
