import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { periodAt } from './budget-period.js';

const ms = (text: string): number => Date.parse(text);

describe('the period of a moment', () => {
  it.each([
    ['hour', '2026-03-01T10:59:59.999Z', '2026-03-01T10:00:00Z', '2026-03-01T11:00:00Z'],
    ['day', '2026-03-01T23:59:59.999Z', '2026-03-01T00:00:00Z', '2026-03-02T00:00:00Z'],
    ['month', '2024-02-29T23:59:59.999Z', '2024-02-01T00:00:00Z', '2024-03-01T00:00:00Z'],
    ['month', '2100-02-28T12:00:00Z', '2100-02-01T00:00:00Z', '2100-03-01T00:00:00Z'],
    ['month', '2026-12-31T23:00:00Z', '2026-12-01T00:00:00Z', '2027-01-01T00:00:00Z'],
  ] as const)('is the %s of the UTC calendar that holds %s', (per, at, start, end) => {
    expect(periodAt(per, ms(at))).toEqual({ startMs: ms(start), endMs: ms(end) });
  });

  it('never ends where the cap is for ever', () => {
    expect(periodAt('total', ms('2026-03-01T10:00:00Z'))).toEqual({ startMs: 0, endMs: null });
  });

  it('agrees with the calendar for every month until the year 9999', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: ms('9999-11-30T00:00:00Z') }), (atMs) => {
        const date = new Date(atMs);
        const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
        expect(periodAt('month', atMs)).toEqual({
          startMs: Date.UTC(year, month, 1),
          endMs: Date.UTC(year, month + 1, 1),
        });
      }),
      { seed: 4, numRuns: 500 },
    );
  });
});
