import type { Address } from '#contracts';

/** The share of one replica: the `index`-th (from 1) of `of`. */
export interface Partition {
  readonly index: number;
  readonly of: number;
}

/** Whether an agent is this replica's. Every replica comes to the same answer; FNV-1a, spread by its last multiplication. */
export const isInPartition = (address: Address, { index, of }: Partition): boolean => {
  if (of === 1) return true;
  let hash = 0x811c9dc5;
  for (let at = 0; at < address.length; at += 1) {
    hash = Math.imul(hash ^ address.charCodeAt(at), 0x01000193);
  }
  const spread = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0;
  return spread % of === index - 1;
};
