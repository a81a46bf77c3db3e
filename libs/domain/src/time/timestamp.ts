import type { Timestamp } from '#contracts';

const FORM = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{3}))?Z$/;

/**
 * Milliseconds since the epoch of a canonical timestamp; pure, where `Date` would be a door to the clock.
 *
 * @throws on any other spelling: timestamps were checked when they were read.
 */
export const msOf = (timestamp: Timestamp): number => {
  const match = FORM.exec(timestamp);
  if (match === null) throw new Error(`not a canonical timestamp: ${timestamp}`);
  const part = (index: number): number => Number(match[index] ?? 0);
  const hours = daysOf(part(1), part(2), part(3)) * 24 + part(4);
  return ((hours * 60 + part(5)) * 60 + part(6)) * 1000 + part(7);
};

// Counts from 1 March, so that the leap day is the last of its year: 400 years have 146,097 days, and the months from
// March on begin at day (153·m + 2) / 5.
const daysOf = (year: number, month: number, day: number): number => {
  const shifted = month > 2 ? year : year - 1;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
};
