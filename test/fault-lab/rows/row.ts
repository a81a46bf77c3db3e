import type { Invariant } from '../judge/finding.js';
import type { Stage } from '../episode/stage.js';
import type { Topology } from '../mesh/layout.js';

/** A fault, as an entry of the matrix. */
export interface Row {
  readonly name: string;
  /** What is done to the mesh, in one sentence. */
  readonly what: string;
  /** What must hold meanwhile and afterwards; a row that has nothing to say about one leaves it out. */
  readonly invariants: readonly Invariant[];
  /** Which mesh it needs. @default hub */
  readonly topology?: Topology;
  /** Leaves a mesh behind that nobody would keep: the next row gets another. */
  readonly spoilsMesh?: boolean;
  /** Leaves a log behind that nobody can use: there is nothing to lift, and nothing to look up. */
  readonly endsClosed?: boolean;
  /** The reason why it cannot be done on this machine; `null` when it can. */
  impossible?(): Promise<string | null>;
  /** Does it, and heals it. */
  run(stage: Stage): Promise<void>;
}

/** What every row is judged by. */
export const ALWAYS = ['I1', 'I1c', 'I2', 'I3', 'I5', 'I6', 'I8', 'work', 'alive'] as const;
