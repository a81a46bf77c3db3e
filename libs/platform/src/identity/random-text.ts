import { randomBytes } from 'node:crypto';
import { base32 } from './base32.js';

/** Random lower-case base32 (a-z, 2-7), five bits a character. */
export const randomText = (length: number): string =>
  base32(randomBytes(Math.ceil((length * 5) / 8)), length);
