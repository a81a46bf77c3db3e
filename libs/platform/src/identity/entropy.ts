import { randomFillSync } from 'node:crypto';

const POOL_BYTES = 8192;
const pool = Buffer.alloc(POOL_BYTES);
let used = POOL_BYTES;

/** Random bytes from a pool: one system call for hundreds of ids. Valid until the next call; read them at once. */
export const entropy = (bytes: number): Buffer => {
  if (used + bytes > POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.subarray(used - bytes, used);
};

export const randomHex = (bytes: number): string => entropy(bytes).toString('hex');
