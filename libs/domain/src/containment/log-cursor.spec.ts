import { describe, expect, it } from '@jest/globals';
import { LogCursor } from './log-cursor.js';
import type { LogEntry } from './log-entry.js';

const entry = (sequence: number, kind: 'other' | 'echo' = 'other', storedAtMs = 0): LogEntry => ({
  sequence,
  bytes: 1,
  record: { subject: 's', storedAtMs, text: '' },
  fact:
    kind === 'echo'
      ? { kind: 'echo', node: 'n1', process: 'p', count: sequence }
      : { kind: 'other', body: null },
});

const deliver = (cursor: LogCursor, consumer: string, consumerSequence: number, of: LogEntry) => {
  const arrival = cursor.arrive({ consumer, consumerSequence, entry: of, pending: 0 });
  if (arrival === 'next') cursor.applied(of);
  return arrival;
};

describe('the log cursor', () => {
  it('takes events in order over the holes that forgotten echoes leave', () => {
    const cursor = new LogCursor();
    cursor.subscribed('c1', 1);
    expect(deliver(cursor, 'c1', 1, entry(1))).toBe('next');
    expect(deliver(cursor, 'c1', 2, entry(9))).toBe('next');
    expect(cursor.position).toBe(9);
  });

  it('knows a repeat, also of what came another way', () => {
    const cursor = new LogCursor();
    cursor.subscribed('c1', 1);
    deliver(cursor, 'c1', 1, entry(1));
    expect(deliver(cursor, 'c1', 1, entry(1))).toBe('repeated');
    cursor.applied(entry(2));
    expect(deliver(cursor, 'c1', 2, entry(2))).toBe('repeated');
    expect(deliver(cursor, 'c1', 3, entry(3))).toBe('next');
  });

  it('sees what is missing by the consumer sequence, and hears that consumer no more', () => {
    const cursor = new LogCursor();
    cursor.subscribed('c1', 1);
    deliver(cursor, 'c1', 1, entry(1));
    expect(deliver(cursor, 'c1', 3, entry(3))).toBe('gap');
    expect(deliver(cursor, 'c1', 2, entry(2))).toBe('stray');
    expect(cursor.position).toBe(1);
  });

  it('sees a consumer that was made anew in silence', () => {
    const cursor = new LogCursor();
    cursor.subscribed('c1', 1);
    deliver(cursor, 'c1', 1, entry(1));
    deliver(cursor, 'c1', 2, entry(2));
    expect(deliver(cursor, 'c1', 1, entry(7))).toBe('gap');
  });

  it('sees a consumer that was made anew before it delivered anything', () => {
    const cursor = new LogCursor();
    cursor.subscribed('c1', 1);
    deliver(cursor, 'c1', 1, entry(1));
    deliver(cursor, 'c1', 2, entry(2, 'echo'));
    expect(cursor.overlapFrom).toBe(1);
    cursor.subscribed('c2', cursor.overlapFrom);
    expect(deliver(cursor, 'c2', 1, entry(5))).toBe('gap');
  });
});

describe('a log that has lost its end', () => {
  const begun = (): LogCursor => {
    const cursor = new LogCursor();
    cursor.subscribed('c1', 1);
    for (const sequence of [1, 2, 3]) deliver(cursor, 'c1', sequence, entry(sequence));
    return cursor;
  };

  it('shows another event where one was read', () => {
    const cursor = begun();
    cursor.subscribed('c2', 3);
    expect(deliver(cursor, 'c2', 1, entry(3, 'other', 77))).toBe('foreign');
  });

  it('shows an echo where a lasting event was read', () => {
    const cursor = begun();
    cursor.subscribed('c2', 3);
    expect(deliver(cursor, 'c2', 1, entry(3, 'echo'))).toBe('foreign');
  });

  it('shows a lasting event where none was', () => {
    const cursor = begun();
    cursor.advance(9);
    cursor.subscribed('c2', 3);
    deliver(cursor, 'c2', 1, entry(3));
    expect(deliver(cursor, 'c2', 2, entry(6))).toBe('foreign');
  });

  it('goes on behind the last event that was read without showing it', () => {
    const cursor = begun();
    cursor.subscribed('c2', 3);
    expect(deliver(cursor, 'c2', 1, entry(5))).toBe('gap');
    cursor.subscribed('c3', cursor.overlapFrom);
    expect(deliver(cursor, 'c3', 1, entry(5))).toBe('gap');
    expect(cursor.overlapFrom).toBe(1);
    cursor.subscribed('c4', 1);
    expect(deliver(cursor, 'c4', 1, entry(1))).toBe('repeated');
    expect(deliver(cursor, 'c4', 2, entry(2))).toBe('repeated');
    expect(deliver(cursor, 'c4', 3, entry(5))).toBe('foreign');
  });

  it('is another log for whoever has read its end, and the same for whoever has not', () => {
    const cursor = begun();
    expect(cursor.compare({ sequence: 3, storedAtMs: 0 })).toBe('same');
    expect(cursor.compare({ sequence: 3, storedAtMs: 77 })).toBe('other');
    expect(cursor.compare({ sequence: 4, storedAtMs: 0 })).toBe('unknown');
  });
});
