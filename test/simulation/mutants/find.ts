import type { Mutant } from './mutant.js';
import { plant } from './plant.js';

export interface Found {
  /** `null`: the check that must name it did not. */
  readonly check: string | null;
  readonly scenario: string;
  readonly seed: number;
  readonly tried: number;
}

/** Plays seeds on a planted bug until a check that must name it has done so. */
export const find = async (
  {
    root,
    sound,
    mutant,
  }: { readonly root: string; readonly sound: string; readonly mutant: Mutant },
  { from, seeds }: { readonly from: number; readonly seeds: number },
): Promise<Found> => {
  const simulate = await plant(root, sound, mutant);
  for (let seed = from; seed < from + seeds; seed += 1) {
    const { violations, scenario } = simulate(seed);
    const named = violations.find(({ invariant }) => invariant === mutant.check);
    if (named !== undefined)
      return { check: named.invariant, scenario, seed, tried: seed - from + 1 };
  }
  return { check: null, scenario: '', seed: from, tried: seeds };
};
