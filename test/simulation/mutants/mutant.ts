import type { Edit } from '../../planted-bugs/compiled.js';

export type { Edit };

/** A bug planted into the protocol, and the rule of containment.md that it takes away. */
export interface Mutant {
  readonly name: string;
  readonly rule: string;
  /** The one check that must name it; what else breaks does not count. */
  readonly check: string;
  /** More than one where two rules defend each other: each alone holds, and only without both anything breaks. */
  readonly edits: readonly Edit[];
}
