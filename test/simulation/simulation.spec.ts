import { describe, expect, it } from '@jest/globals';
import { simulate } from './simulate.js';

const SEEDS = 500;

describe('containment under seeded faults', () => {
  it(`holds every invariant in ${SEEDS} fixed histories`, () => {
    const total = { orders: 0, contained: 0 };
    const scenarios = new Set<string>();
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const { scenario, violations, orders, contained } = simulate(seed);
      expect({ seed, violations }).toEqual({ seed, violations: [] });
      scenarios.add(scenario);
      total.orders += orders;
      total.contained += contained;
    }
    // No proof by idleness. What stands at the end is contained in each history; the rest was lifted before.
    expect(scenarios.size).toBe(24);
    expect(total.orders).toBeGreaterThan(SEEDS * 4);
    expect(total.contained).toBeGreaterThan(SEEDS * 3);
  }, 30_000);

  it('plays one seed the same way every time, whether notes are kept or not', () => {
    for (const seed of [3, 22, 82]) {
      expect(simulate(seed, true).fingerprint).toBe(simulate(seed).fingerprint);
    }
  });
});
