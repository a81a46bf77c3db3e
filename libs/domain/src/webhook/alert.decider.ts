import type { BudgetEvent, BudgetSet, FactOf } from '#contracts';
import { accept, type Decider, reject } from '../decider.js';

type Cap = FactOf<typeof BudgetSet>['data'];

/** Somebody is to be told when this share of the cap is spent; the cap stays what it is. */
export interface SetAlert {
  readonly type: 'SetAlert';
  readonly alertPct: readonly number[];
}
export type AlertState = { readonly cap: Cap | null };
export type AlertRejection = 'BUDGET_UNKNOWN';

const isSame = (one: readonly number[], other: readonly number[]): boolean =>
  one.length === other.length && one.every((pct, at) => pct === other[at]);

const evolve = (state: AlertState, event: BudgetEvent): AlertState => {
  switch (event.type) {
    case 'BudgetSet':
      return { cap: event.data };
    case 'BudgetRemoved':
      return { cap: null };
    case 'BudgetToppedUp':
      return state;
  }
};

/** The shares of one budget's cap at which somebody is told. */
export const alertDecider: Decider<AlertState, SetAlert, BudgetEvent, AlertRejection> = {
  decide: ({ alertPct }, { cap }) => {
    if (cap === null) return reject('BUDGET_UNKNOWN');
    return isSame(cap.alertPct, alertPct)
      ? accept()
      : accept({ type: 'BudgetSet', data: { ...cap, alertPct: [...alertPct] } });
  },
  evolve,
  initialState: { cap: null },
};
