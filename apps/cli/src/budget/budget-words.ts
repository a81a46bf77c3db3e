import { BudgetPeriod, Currency, type BudgetScopeInput } from '#contracts';
import { parseCap, type Cap } from '../arguments/cap.js';
import { parseTarget } from '../arguments/target.js';
import { UsageError } from '../arguments/usage-error.js';
import type { Call } from '../command.js';
import { selectorOf } from '../mesh/selector.js';

/** Whose spending is meant. */
export const scopeOf = async (call: Call): Promise<BudgetScopeInput> => {
  const target = parseTarget(call.words[0] as string, call.home);
  return (await selectorOf(target, call)) as BudgetScopeInput;
};

/** `50usd/day`. */
export const amountOf = (call: Call): Cap => parseCap(call.words[1] as string, 'cap');

/** `usd/day`. @throws UsageError that says how it is written */
export const whichOf = (call: Call): Pick<Cap, 'currency' | 'per'> => {
  const text = call.words[1] as string;
  const [first = '', second = 'total'] = text.split('/');
  const currency = Currency.safeParse(first);
  const per = BudgetPeriod.safeParse(second);
  if (currency.success && per.success) return { currency: currency.data, per: per.data };
  throw new UsageError(
    `this names no cap: ${text}`,
    'Write its currency and its period: usd/hour, usd/day, usd/month, or usd for one in total.',
  );
};

/** `80,100`. @throws UsageError */
export const sharesOf = ({ flags }: Call): { alert_pct?: number[] } => {
  const text = flags.text('alert');
  if (text === undefined) return {};
  const shares = text.split(',').map(Number);
  if (shares.every((share) => Number.isInteger(share) && share >= 1 && share <= 100))
    return { alert_pct: shares };
  throw new UsageError(
    `--alert is not a share: ${text}`,
    'Write per cent: --alert 80 or --alert 50,80.',
  );
};
