export * from './account-words.js';
export * from './budget-account.js';
export * from './budget-period.js';
export * from './budget-standing.js';
export * from './budget.decider.js';
export * from './ledger-authorizations.js';
export type { Holder } from './ledger-book.js';
export * from './ledger-fold.js';
export * from './ledger-outcome.js';
