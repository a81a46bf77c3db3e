import { createLogger } from '#platform';
import { Pulse } from './pulse.js';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('Pulse', () => {
  let nowMs: number;
  let reads: { end(): void; fail(): void }[];
  let pulse: Pulse;

  beforeEach(() => {
    nowMs = 1000;
    reads = [];
    pulse = new Pulse({
      clock: { monotonicMs: () => nowMs },
      log: createLogger({ service: 'spec', level: 'silent' }),
      catchUp: () =>
        new Promise((end, refuse) => reads.push({ end, fail: () => refuse(new Error('away')) })),
    });
    pulse.start();
  });
  afterEach(() => pulse.stop());

  it('is steady while it is looked at often', () => {
    for (let look = 0; look < 20; look += 1) {
      nowMs += 500;
      expect(pulse.steady()).toBe(true);
    }
    expect(reads).toEqual([]);
  });

  it('lets nothing pass after a standstill until the log was read', async () => {
    nowMs += 701;
    expect(pulse.steady()).toBe(false);
    expect(pulse.steady()).toBe(false);
    expect(reads).toHaveLength(1);
    reads[0]?.end();
    await settled();
    expect(pulse.steady()).toBe(true);
  });

  it('takes no proof from before a second standstill, also one that nobody has noticed', async () => {
    nowMs += 701;
    pulse.steady();
    nowMs += 701;
    reads[0]?.end();
    await settled();
    expect([pulse.steady(), reads.length]).toEqual([false, 2]);
    reads[1]?.end();
    await settled();
    expect(pulse.steady()).toBe(true);
  });

  it('asks again while the log is away', async () => {
    nowMs += 701;
    pulse.steady();
    reads[0]?.fail();
    while (reads.length < 2) await settled();
    expect(pulse.steady()).toBe(false);
    reads[1]?.end();
    await settled();
    expect(pulse.steady()).toBe(true);
  });
});
