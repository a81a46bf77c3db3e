import { LogTime } from './log-time.js';
import { TimeMarks } from './time-marks.js';

describe('the time of the logs', () => {
  const newTime = () => {
    const clock = { atMs: 0, nowMs: () => 0, monotonicMs: () => clock.atMs };
    return { clock, time: new LogTime(clock) };
  };

  it('is that of the newest event, and goes on without one', () => {
    const { clock, time } = newTime();
    expect(time.nowMs()).toBe(0);
    time.note(1_000_000);
    clock.atMs = 250;
    expect(time.nowMs()).toBe(1_000_250);
  });

  it('never goes back', () => {
    const { clock, time } = newTime();
    time.note(1_000_000);
    clock.atMs = 500;
    time.note(1_000_100);
    expect(time.nowMs()).toBe(1_000_500);
    time.note(2_000_000);
    expect(time.nowMs()).toBe(2_000_000);
  });
});

describe('marks of time', () => {
  it('say where to begin so that nothing is missed', () => {
    const marks = new TimeMarks();
    for (let n = 1; n <= 100; n += 1) marks.note(n * 60_000, n * 10);
    expect(marks.sequenceAt(0)).toBe(1);
    expect(marks.sequenceAt(60_000)).toBe(10);
    // A mark each ten minutes.
    expect(marks.sequenceAt(15 * 60_000)).toBe(110);
    expect(marks.sequenceAt(1e12)).toBe(910);
  });

  it('go on where they were saved', () => {
    const marks = new TimeMarks();
    marks.note(1, 1);
    const others = new TimeMarks();
    others.restore(marks.save());
    others.note(1_000_000, 7);
    expect(others.sequenceAt(1_000_001)).toBe(7);
    expect(others.sequenceAt(5)).toBe(1);
  });
});
