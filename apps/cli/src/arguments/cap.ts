import { BudgetPeriod, Currency, microOf } from '#contracts';
import { UsageError } from './usage-error.js';

export interface Cap {
  /** Decimal text, as it was written. */
  readonly cap: string;
  readonly currency: Currency;
  readonly per: BudgetPeriod;
}

const FORM = /^([0-9.]+)([a-z]{3,8})(?:\/([a-z]+))?$/;

/** `50usd`, `0.50eur/hour`. @throws UsageError that says how it is written */
export const parseCap = (text: string, flag: string): Cap => {
  const [, cap = '', currency = '', per = 'total'] = FORM.exec(text) ?? [];
  const period = BudgetPeriod.safeParse(per);
  if (microOf(cap) === null || !period.success) {
    throw new UsageError(
      `--${flag} is not a cap: ${text}`,
      `Write it like 50usd, 0.50usd/${BudgetPeriod.options.slice(0, 3).join(' or 50usd/')}.`,
    );
  }
  return { cap, currency: Currency.parse(currency), per: period.data };
};
