import type { StopOrder } from './control-records.js';

type Aged = Pick<StopOrder, 'sequence'>;

/** Sorts the oldest first; those that the log does not have yet are the newest, in the order they came. */
export const byAge = (one: Aged, other: Aged): number => {
  if (one.sequence === other.sequence) return 0;
  return (one.sequence ?? Infinity) - (other.sequence ?? Infinity);
};
