import type { Address, GatewayId } from '#contracts';
import { ClockOffsets } from './clock-offsets.js';
import { isInPartition } from './partition.js';

const GATEWAY = 'us-1' as GatewayId;
const START_MS = 1_800_000_000_000;
const MINUTE_MS = 60_000;

describe('the time of what a gateway tells', () => {
  /** A gateway whose clock is so far ahead, and whose events take so long. */
  const told = (offsets: ClockOffsets, atMs: number, aheadMs: number, delayMs: number) =>
    offsets.logTimeOf(GATEWAY, atMs + aheadMs, atMs + delayMs);

  it.each([0, 3_600_000, -3_600_000])('is right though its clock is wrong by %i ms', (aheadMs) => {
    const offsets = new ClockOffsets();
    for (let n = 0; n < 100; n += 1) {
      const atMs = START_MS + n * MINUTE_MS;
      const found = told(offsets, atMs, aheadMs, 20);
      expect(Math.abs(found - atMs)).toBeLessThanOrEqual(20);
    }
  });

  it('is when it happened, for what had to wait for the log', () => {
    const offsets = new ClockOffsets();
    told(offsets, START_MS, 0, 10);
    const backMs = START_MS + 60 * MINUTE_MS;
    for (let minute = 1; minute < 60; minute += 1) {
      const atMs = START_MS + minute * MINUTE_MS;
      expect(offsets.logTimeOf(GATEWAY, atMs, backMs + minute)).toBeLessThan(atMs + 100);
    }
  });

  it('is never after it was stored', () => {
    const offsets = new ClockOffsets();
    told(offsets, START_MS, 0, 1000);
    expect(offsets.logTimeOf(GATEWAY, START_MS + 5000, START_MS + 2000)).toBe(START_MS + 2000);
  });

  it('follows a clock that was set', () => {
    const offsets = new ClockOffsets();
    told(offsets, START_MS, 0, 10);
    let last = 0;
    for (let n = 1; n < 20; n += 1) last = told(offsets, START_MS + n * MINUTE_MS, -600_000, 10);
    expect(last).toBe(START_MS + 19 * MINUTE_MS + 10);
  });

  it('goes on where it was saved', () => {
    const offsets = new ClockOffsets();
    told(offsets, START_MS, -600_000, 10);
    const others = new ClockOffsets();
    others.restore(JSON.parse(JSON.stringify(offsets.save())) as ReturnType<ClockOffsets['save']>);
    const next = START_MS + MINUTE_MS;
    expect(told(others, next, -600_000, 500)).toBe(told(offsets, next, -600_000, 500));
  });
});

describe('the share of an evaluator', () => {
  const agents = Array.from({ length: 3000 }, (_, n) => `agent://acme/production/a${n}` as Address);

  it('is every agent where it is alone', () =>
    expect(agents.every((agent) => isInPartition(agent, { index: 1, of: 1 }))).toBe(true));

  it.each([2, 3, 7])('of %i is each agent once, and about as many for each', (of) => {
    const shares = Array.from({ length: of }, (_, index) =>
      agents.filter((agent) => isInPartition(agent, { index: index + 1, of })),
    );
    expect(shares.flat().sort()).toEqual([...agents].sort());
    for (const share of shares) expect(Math.abs(share.length * of - 3000)).toBeLessThan(600);
  });
});
