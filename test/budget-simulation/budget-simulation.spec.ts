import { describe, expect, it } from '@jest/globals';
import { SCENARIOS } from './scenarios.js';
import { simulate } from './simulate.js';

const SEEDS = 500;

describe('budgets under seeded faults', () => {
  it(`are never overshot, and keep every promise, in ${SEEDS} fixed histories`, () => {
    const total = { reserved: 0, exceeded: 0, unavailable: 0, authorizations: 0 };
    const scenarios = new Set<string>();
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const { scenario, violations, totals } = simulate(seed);
      expect({ seed, scenario, violations }).toEqual({ seed, scenario, violations: [] });
      scenarios.add(scenario);
      for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += totals[key];
    }
    // No proof by idleness.
    expect(scenarios.size).toBe(SCENARIOS);
    expect(total.reserved).toBeGreaterThan(SEEDS * 100);
    expect(total.exceeded).toBeGreaterThan(SEEDS * 10);
    expect(total.authorizations).toBeGreaterThan(SEEDS * 20);
  }, 60_000);

  it('plays one seed the same way every time', () => {
    for (const seed of [3, 29, 44])
      expect(simulate(seed).fingerprint).toBe(simulate(seed).fingerprint);
  });
});
