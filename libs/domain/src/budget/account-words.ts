import type { AuthorizationId, BudgetLedgerFact } from '#contracts';
import type { LedgerCap } from './budget-standing.js';
import type { AuthorizedResult, EndResult, LedgerEntry } from './ledger-outcome.js';

/** What a gateway's account of one budget is told. */
export type AccountInput =
  /** The cap as the control log shows it; `null`: there is none any more. */
  | { readonly kind: 'cap'; readonly cap: LedgerCap | null }
  /** The worst case of what will be spent; `id` is new. */
  | { readonly kind: 'reserve'; readonly id: number; readonly amount: number }
  /** What was spent of the reservation in the end. */
  | { readonly kind: 'settle'; readonly id: number; readonly spent: number }
  /** Nothing was spent; or nobody waits for it any more. */
  | { readonly kind: 'release'; readonly id: number }
  /** The reservation becomes an authorization, which any gateway may capture. */
  | {
      readonly kind: 'authorize';
      readonly id: number;
      readonly authorizationId: AuthorizationId;
      readonly expiresAtMs: number;
    }
  /** The next event of the budget's ledger. */
  | { readonly kind: 'entry'; readonly entry: LedgerEntry }
  /** `false`: the ledger cannot be reached. */
  | { readonly kind: 'connected'; readonly connected: boolean }
  /** At least every 100 ms while the account is active. */
  | { readonly kind: 'tick' };

/** What it wants done. */
export type AccountOutput =
  /** In this order; whether it was stored shows in the ledger alone. */
  | { readonly kind: 'append'; readonly fact: BudgetLedgerFact }
  /** In this period, by its beginning. */
  | { readonly kind: 'reserved'; readonly id: number; readonly period: number }
  /** `exceeded`: the ledger shows that nothing is left to grant. `unavailable`: it did not answer. */
  | { readonly kind: 'declined'; readonly id: number; readonly why: DeclineCause }
  /** What became of a reservation that was to be an authorization; unless it was opened, the amount is free again. */
  | {
      readonly kind: 'authorized';
      readonly id: number;
      readonly result: AuthorizedResult | 'void';
    }
  /** What came of a wish to end an authorization, of whomever. */
  | {
      readonly kind: 'ended';
      readonly authorizationId: string;
      readonly request: string;
      readonly result: EndResult;
    };

export type DeclineCause = 'exceeded' | 'unavailable';
