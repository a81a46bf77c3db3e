export * from './accounts-config.js';
export * from './mesh-users.js';
export type { Access } from './service-access.js';
