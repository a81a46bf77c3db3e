/** `work` is what was promised before there was containment: acknowledged intents are kept, refused ones not done. */
export const INVARIANTS = [
  'I1',
  'I1c',
  'I2',
  'I3',
  'I4',
  'I5',
  'I6',
  'I7',
  'I8',
  'I9',
  'work',
  'alive',
] as const;
export type Invariant = (typeof INVARIANTS)[number];

export interface Violation {
  readonly invariant: Invariant;
  readonly atMs: number;
  /** One sentence that names who, what and by how much. */
  readonly text: string;
  readonly gateway: string | null;
  readonly orderId: string | null;
}

/** What a rule found, and of how many things it could have found it: a rule that saw nothing proves nothing. */
export interface Finding {
  readonly invariant: Invariant;
  readonly checked: number;
  readonly violations: readonly Violation[];
}
