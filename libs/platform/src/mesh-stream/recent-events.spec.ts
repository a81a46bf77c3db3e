import type { StoredControl } from '../control-log/control-source.js';
import { RecentControlEvents } from './recent-events.js';

const stored = (sequence: number): StoredControl => ({ sequence }) as StoredControl;

describe('the newest control events', () => {
  let recent: RecentControlEvents;
  const after = (sequence: number, count = 100): number[] | null =>
    recent.after(sequence, count)?.map(({ sequence: one }) => one) ?? null;
  beforeEach(() => {
    recent = new RecentControlEvents(3);
  });

  it('are not known before anything was applied', () => {
    expect(after(0)).toBeNull();
  });

  it('are told behind a sequence, also behind one that is no event', () => {
    for (const sequence of [1, 2, 5, 9]) recent.add(stored(sequence));
    expect(after(0)).toEqual([1, 2, 5, 9]);
    expect(after(3)).toEqual([5, 9]);
    expect(after(3, 1)).toEqual([5]);
    expect(after(9)).toEqual([]);
    expect(after(100)).toEqual([]);
  });

  it('are at most twice as many as asked for, and never told with a hole', () => {
    for (let sequence = 1; sequence <= 7; sequence += 1) recent.add(stored(sequence));
    expect(after(4)).toEqual([5, 6, 7]);
    expect(after(3)).toBeNull();
  });

  it('begin anew with another log', () => {
    for (const sequence of [5, 6, 1, 2]) recent.add(stored(sequence));
    expect(after(0)).toEqual([1, 2]);
  });
});
