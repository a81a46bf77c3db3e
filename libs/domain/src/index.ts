export * from './control/control-records.js';
export * from './decider.js';
