import type { BudgetPeriod } from '#contracts';

/** A stretch of time that a cap counts in: from `startMs` until just before `endMs`. */
export interface Period {
  readonly startMs: number;
  /** `null`: never ends. */
  readonly endMs: number | null;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const FOR_EVER: Period = { startMs: 0, endMs: null };

/** The hour, day or month of the UTC calendar that this moment lies in. */
export const periodAt = (per: BudgetPeriod, atMs: number): Period => {
  switch (per) {
    case 'hour':
      return stretch(atMs, HOUR_MS);
    case 'day':
      return stretch(atMs, DAY_MS);
    case 'month':
      return monthAt(atMs);
    case 'total':
      return FOR_EVER;
  }
};

const stretch = (atMs: number, lengthMs: number): Period => {
  const startMs = Math.floor(atMs / lengthMs) * lengthMs;
  return { startMs, endMs: startMs + lengthMs };
};

const DAYS_OF_ERA = 146_097;
const DAYS_TO_1970 = 719_468;

// Months counted from March, so that the leap day is the last of its year; see `daysOf` in timestamp.ts.
const monthAt = (atMs: number): Period => {
  const days = Math.floor(atMs / DAY_MS) + DAYS_TO_1970;
  const dayOfEra = days - Math.floor(days / DAYS_OF_ERA) * DAYS_OF_ERA;
  const dayOfYear = dayOfEra - firstDayOf(yearOf(dayOfEra));
  const month = Math.floor((5 * dayOfYear + 2) / 153);
  const first = days - (dayOfYear - beginOf(month));
  const isLast = month === 11;
  const next = isLast
    ? first + lengthOfFebruary(dayOfEra)
    : first - beginOf(month) + beginOf(month + 1);
  return { startMs: (first - DAYS_TO_1970) * DAY_MS, endMs: (next - DAYS_TO_1970) * DAY_MS };
};

const yearOf = (dayOfEra: number): number =>
  Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );

const firstDayOf = (year: number): number =>
  365 * year + Math.floor(year / 4) - Math.floor(year / 100);

const beginOf = (month: number): number => Math.floor((153 * month + 2) / 5);

/** February ends the year that begins in March. */
const lengthOfFebruary = (dayOfEra: number): number => {
  const year = yearOf(dayOfEra);
  const endOfYear = year === 399 ? DAYS_OF_ERA : firstDayOf(year + 1);
  return endOfYear - firstDayOf(year) - beginOf(11);
};
