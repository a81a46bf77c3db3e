import type { BudgetLedgerFact } from '#contracts';
import type { Holder } from './ledger-book.js';

/** An event of a budget's ledger, at its place. */
export interface LedgerEntry {
  readonly sequence: number;
  /** By the clock of the log. */
  readonly storedAtMs: number;
  /** `null`: this build cannot read it, so it closes the budget. */
  readonly fact: BudgetLedgerFact | null;
}

interface Said {
  readonly holder: Holder;
  readonly n: number;
}

/** What came of an event: everybody who reads the same log finds the same. */
export type LedgerOutcome =
  /** Read before, no news, or void. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'void'; readonly said: Said }
  | {
      readonly kind: 'cap';
      readonly version: number;
      /** All that is spent, reserved and allotted fits under it: allotments stand. */
      readonly fits: boolean;
      readonly untilMs: number;
    }
  | {
      readonly kind: 'granted';
      readonly said: Said;
      readonly amount: number;
      readonly period: number;
      readonly version: number;
      /** By the clock of the log: from then on it may not be spent. */
      readonly untilMs: number;
    }
  | {
      readonly kind: 'short';
      readonly said: Said;
      readonly needed: number;
      readonly remainder: number;
    }
  | { readonly kind: 'stated'; readonly said: Said }
  | { readonly kind: 'authorized'; readonly said: Said; readonly result: AuthorizedResult }
  | {
      readonly kind: 'ended';
      readonly authorizationId: string;
      readonly request: string;
      readonly result: EndResult;
    };

/** `opened`: it counts from now on. `known`: the same id was opened before, and nothing more was taken. */
export type AuthorizedResult =
  'opened' | 'known' | 'known_ended' | 'period_over' | 'uncovered' | 'too_many';

export type EndResult =
  | 'captured'
  | 'released'
  | 'above_authorization'
  | 'already_captured'
  | 'already_released'
  | 'expired'
  | 'unknown';
