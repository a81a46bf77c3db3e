import type { BudgetEvent, BudgetKey, OrgName, Timestamp } from '#contracts';
import { accept, type Decider, type Decision, reject } from '../decider.js';
import { DAY_MS } from '../time/spans.js';
import { msOf } from '../time/timestamp.js';

interface Named {
  readonly key: BudgetKey;
  readonly org: OrgName;
}

export type BudgetCommand =
  | (Named & {
      readonly type: 'SetBudget';
      readonly capMicro: number;
      readonly alertPct: readonly number[];
    })
  | (Named & { readonly type: 'RemoveBudget' })
  | (Named & {
      readonly type: 'TopUpBudget';
      readonly topUpId: string;
      readonly amountMicro: number;
      readonly until: Timestamp;
      readonly reason: string;
      readonly now: Timestamp;
    });

export type BudgetState =
  | { readonly status: 'absent' }
  | {
      readonly status: 'set';
      readonly capMicro: number;
      readonly alertPct: readonly number[];
      readonly topUps: readonly { readonly topUpId: string; readonly untilMs: number }[];
    };
export type BudgetRejection =
  'BUDGET_UNKNOWN' | 'TOP_UP_OVER' | 'TOP_UP_TOO_LONG' | 'TOO_MANY_TOP_UPS';

/** So many top-ups of one budget may last at once. */
const TOP_UPS_MAX = 50;
/** A top-up lasts a week at most; who needs more raises the cap. */
const TOP_UP_MS_MAX = 7 * DAY_MS;

const isSame = (
  { capMicro, alertPct }: { readonly capMicro: number; readonly alertPct: readonly number[] },
  other: { readonly capMicro: number; readonly alertPct: readonly number[] },
): boolean => capMicro === other.capMicro && String(alertPct) === String(other.alertPct);

const topUp = (
  command: Extract<BudgetCommand, { type: 'TopUpBudget' }>,
  state: BudgetState,
): Decision<BudgetEvent, BudgetRejection> => {
  if (state.status === 'absent') return reject('BUDGET_UNKNOWN');
  const { key, org, topUpId, amountMicro, until, reason, now } = command;
  if (state.topUps.some((known) => known.topUpId === topUpId)) return accept();
  const lastsMs = msOf(until) - msOf(now);
  if (lastsMs <= 0) return reject('TOP_UP_OVER');
  if (lastsMs > TOP_UP_MS_MAX) return reject('TOP_UP_TOO_LONG');
  const lasting = state.topUps.filter(({ untilMs }) => untilMs > msOf(now));
  if (lasting.length >= TOP_UPS_MAX) return reject('TOO_MANY_TOP_UPS');
  return accept({
    type: 'BudgetToppedUp',
    data: { ...key, org, topUpId, amountMicro, until, reason },
  });
};

const evolve = (state: BudgetState, event: BudgetEvent): BudgetState => {
  switch (event.type) {
    case 'BudgetSet': {
      const { capMicro, alertPct } = event.data;
      const topUps = state.status === 'set' ? state.topUps : [];
      return { status: 'set', capMicro, alertPct, topUps };
    }
    case 'BudgetRemoved':
      return { status: 'absent' };
    case 'BudgetToppedUp': {
      if (state.status === 'absent') return state;
      const { topUpId, until } = event.data;
      return { ...state, topUps: [...state.topUps, { topUpId, untilMs: msOf(until) }] };
    }
  }
};

/** One budget's cap. What was spent under it is in the ledger, and no cap is too low to be set. */
export const budgetDecider: Decider<BudgetState, BudgetCommand, BudgetEvent, BudgetRejection> = {
  decide: (command, state) => {
    switch (command.type) {
      case 'SetBudget': {
        const { key, org, capMicro, alertPct } = command;
        if (state.status === 'set' && isSame(command, state)) return accept();
        const data = { ...key, org, capMicro, alertPct: [...alertPct] };
        return accept({ type: 'BudgetSet', data });
      }
      case 'RemoveBudget':
        if (state.status === 'absent') return accept();
        return accept({ type: 'BudgetRemoved', data: { ...command.key, org: command.org } });
      case 'TopUpBudget':
        return topUp(command, state);
    }
  },
  evolve,
  initialState: { status: 'absent' },
};
