import type { Destination, Selector, StopMode, Tag } from '#contracts';

/** Whom a selector is asked about; an agent that was never registered has no tags. */
export interface Covered {
  readonly address: Destination;
  readonly tags: readonly Tag[];
}

/** Where the scheme ends: `agent://` and `queue://` are equally long. */
export const SCHEME_LENGTH = 'agent://'.length;

const within = (address: Destination, scope: string): boolean =>
  address.startsWith(`${scope}/`, SCHEME_LENGTH);

/** Whether a selector covers an agent, its capability aside. A queue is covered by its namespace and its org alone. */
export const covers = (selector: Selector, { address, tags }: Covered): boolean => {
  if ('agent' in selector) return selector.agent === address;
  if ('tag' in selector && !tags.includes(selector.tag)) return false;
  return within(address, 'namespace' in selector ? selector.namespace : selector.org);
};

/** Overlapping stops: the higher wins. */
export const severity: Readonly<Record<StopMode, number>> = {
  halt: 4,
  quarantine: 3,
  pause: 2,
  drain: 1,
};

/** Of several modes the one that holds: halt > quarantine > pause > drain; `null` of none. */
export const strictest = (modes: Iterable<StopMode>): StopMode | null => {
  let worst: StopMode | null = null;
  for (const mode of modes) {
    if (worst === null || severity[mode] > severity[worst]) worst = mode;
  }
  return worst;
};
