import type { Timestamp } from '#contracts';
import fc from 'fast-check';
import { msOf } from './timestamp.js';

describe('msOf', () => {
  it('agrees with the calendar on every millisecond', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(2400, 0, 1) }),
        (ms) => msOf(new Date(ms).toISOString() as Timestamp) === ms,
      ),
    ));
  it.each(['2024-02-29T23:59:59.999Z', '2000-02-29T00:00:00.000Z', '1970-01-01T00:00:00.000Z'])(
    'knows the leap days: %s',
    (text) => expect(msOf(text as Timestamp)).toBe(Date.parse(text)),
  );
  it('refuses another spelling', () =>
    expect(() => msOf('2026-01-31 03:00' as Timestamp)).toThrow('not a canonical timestamp'));
});
