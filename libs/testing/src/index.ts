export * from './control-history.js';
export * from './http/fake-fetch.js';
export * from './servers/claim.js';
export * from './servers/own-servers.js';
export * from './spec-for.js';
export * from './until.js';
export * from './terminal/command-line.js';
export * from './terminal/fake-terminal.js';
