import type { Capability } from '#contracts';

/** A capability made ready to be asked many times; asking allocates nothing. */
export interface CapabilityMatcher {
  matches(concrete: string): boolean;
}

/** Compiles `intent:GLOB` or `tool:GLOB`, as {@link compileGlob} does. */
export const compileCapability = (capability: Capability): CapabilityMatcher =>
  compileGlob(capability);

/**
 * Compiles a glob. `*` stands for any run of characters, the empty one too; everything else for
 * itself, capitals included. Each piece between stars is searched once from left to right and nothing is ever tried
 * again, so no glob can be made slow.
 */
export const compileGlob = (glob: string): CapabilityMatcher => {
  const pieces = glob.split('*');
  const [head = '', ...rest] = pieces;
  const tail = rest.pop();
  if (tail === undefined) return { matches: (concrete) => concrete === glob };
  const middles = rest.filter((piece) => piece !== '');
  return { matches: (concrete) => fits(concrete, head, middles, tail) };
};

/** Whether a capability of a stop, such as `intent:email.*`, means this one act, such as `intent:email.send.v1`. */
export const capabilityMatches = (capability: Capability, concrete: string): boolean =>
  compileCapability(capability).matches(concrete);

// The leftmost place for each middle piece is the best: it leaves the most room for those after it.
const fits = (
  concrete: string,
  head: string,
  middles: readonly string[],
  tail: string,
): boolean => {
  const end = concrete.length - tail.length;
  if (end < head.length || !concrete.startsWith(head) || !concrete.endsWith(tail)) return false;
  let from = head.length;
  for (let index = 0; index < middles.length; index += 1) {
    const piece = middles[index] as string;
    const at = concrete.indexOf(piece, from);
    if (at < 0) return false;
    from = at + piece.length;
  }
  return from <= end;
};
