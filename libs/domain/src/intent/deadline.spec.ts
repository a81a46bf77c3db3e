import { timeLeft } from './deadline.js';

describe('the time left of a deadline', () => {
  it('is the time until then', () => expect(timeLeft(1000, 0, [], 400)).toBe(600));
  it('stands still while paused', () => {
    expect(timeLeft(1000, 0, [{ fromMs: 400, toMs: null }], 500)).toBe(600);
    expect(timeLeft(1000, 0, [{ fromMs: 400, toMs: null }], 5000)).toBe(600);
  });
  it('goes on with what remained', () =>
    expect(timeLeft(1000, 0, [{ fromMs: 400, toMs: 5000 }], 5100)).toBe(500));
  it('counts overlapping pauses once', () =>
    expect(
      timeLeft(
        1000,
        0,
        [
          { fromMs: 300, toMs: 500 },
          { fromMs: 200, toMs: 400 },
        ],
        600,
      ),
    ).toBe(700));
  it('does not give back what was paused before it began', () =>
    expect(timeLeft(1000, 500, [{ fromMs: 0, toMs: 600 }], 700)).toBe(400));
});
