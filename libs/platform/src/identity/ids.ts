import { randomBytes } from 'node:crypto';
import type { KeyId, StopOrderId } from '#contracts';
import { base32 } from './base32.js';
import { entropy } from './entropy.js';

/** Every random thing there is, handed in so that tests can fix it. */
export interface Ids {
  /** UUIDv7: sorts by the time of its making, also within one millisecond of one process. */
  uuid(): string;
  stopOrderId(): StopOrderId;
  keyId(): KeyId;
  /** 256 bits, 64 hex digits. */
  secret(): string;
}

const ENTROPY_BYTES = 10;
const COUNTER_MAX = 0xfff;
let lastMs = 0;
let counter = 0;

/** The millisecond and the count within it; a full count borrows the next millisecond. */
const tick = (random: Buffer): void => {
  const now = Date.now();
  if (now > lastMs) {
    lastMs = now;
    counter = random.readUInt16BE(8) & 0x7ff;
  } else if (counter < COUNTER_MAX) {
    counter += 1;
  } else {
    lastMs += 1;
    counter = 0;
  }
};

const uuidV7 = (): string => {
  const random = entropy(ENTROPY_BYTES);
  tick(random);
  const time = lastMs.toString(16).padStart(12, '0');
  const count = counter.toString(16).padStart(3, '0');
  const variant = (0x8000 | (random.readUInt16BE(0) & 0x3fff)).toString(16);
  const tail = random.toString('hex', 2, 8);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${count}-${variant}-${tail}`;
};

const KEY_CHARACTERS = '0123456789abcdefghijklmnopqrstuvwxyz';
const KEY_ID_LENGTH = 16;
/** 252 is the largest multiple of 36 in a byte: bytes above it would make some characters likelier. */
const UNBIASED = 252;

const keyId = (): KeyId => {
  let id = '';
  while (id.length < KEY_ID_LENGTH) {
    for (const byte of randomBytes(KEY_ID_LENGTH)) {
      if (byte < UNBIASED && id.length < KEY_ID_LENGTH) id += KEY_CHARACTERS[byte % 36];
    }
  }
  return id as KeyId;
};

export const systemIds: Ids = {
  uuid: uuidV7,
  stopOrderId: () => `stop_${base32(randomBytes(13), 20)}` as StopOrderId,
  keyId,
  secret: () => randomBytes(32).toString('hex'),
};
