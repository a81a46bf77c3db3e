/** The protocol found itself in a state that it proves impossible. Whoever catches it must stop serving. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
  readonly code = 'INVARIANT_BROKEN';
}

/** Stays on in production: it is cheaper to fence than to be wrong. */
export function invariant(holds: boolean, rule: string): asserts holds {
  if (!holds) throw new InvariantError(rule);
}
