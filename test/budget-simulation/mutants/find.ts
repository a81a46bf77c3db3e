import type { Mutant } from './mutants.js';
import { plant } from './plant.js';

export interface Found {
  /** `null`: none of the checks that must name it did. */
  readonly check: string | null;
  readonly scenario: string;
  readonly seed: number;
  readonly tried: number;
}

export interface FindOptions {
  readonly root: string;
  readonly sound: string;
  readonly mutant: Mutant;
  readonly from: number;
  readonly seeds: number;
}

/** Plays seeds on a planted bug until a check that must name it has done so. A crash is no such check. */
export const find = async ({ root, sound, mutant, from, seeds }: FindOptions): Promise<Found> => {
  const simulate = await plant(root, sound, mutant);
  const expected = new Set<string>(mutant.expects);
  for (let seed = from; seed < from + seeds; seed += 1) {
    const { violations, scenario } = simulate(seed);
    const named = violations.find(({ invariant }) => expected.has(invariant));
    if (named !== undefined)
      return { check: named.invariant, scenario, seed, tried: seed - from + 1 };
  }
  return { check: null, scenario: '', seed: from, tried: seeds };
};
