import type { BudgetPeriod } from '#contracts';
import type { LedgerCap, LedgerFold } from '#domain';
import type { Random } from '../simulation/random.js';
import type { Schedule } from '../simulation/schedule.js';
import type { Checker } from './checker.js';
import type { LedgerModel } from './ledger-model.js';

/** What a gateway of the simulation finds around it. */
export interface Surroundings {
  readonly random: Random;
  readonly schedule: Schedule;
  readonly per: BudgetPeriod;
  readonly ledger: LedgerModel;
  readonly checker: Checker;
  readonly gateways: readonly { readonly fold: LedgerFold | null }[];
  readonly totals: {
    reserved: number;
    exceeded: number;
    unavailable: number;
    authorizations: number;
  };
  /** What the control log shows; `null`: the cap was removed. */
  readonly cap: LedgerCap | null;
  /** When the last fault that concerns all ended. */
  readonly troubledMs: number;
  /** What all gateways hold though nobody there asks for it. */
  idle(): number;
  /** Somebody, somewhere, ends the authorization. */
  endLater(authorizationId: string, amount: number): void;
}
