import { createHash, hash } from 'node:crypto';
import {
  AddressId,
  formatSelector,
  ServiceAccountId,
  StopOrderId,
  type Address,
  type Selector,
  type StopMode,
} from '#contracts';
import { base32 } from './base32.js';

const CHARACTERS = 20;

/** 64 lower-case hex digits. */
export const sha256Hex = (text: string | Uint8Array): string => hash('sha256', text, 'hex');

const hashed = (text: string): string =>
  base32(createHash('sha256').update(text).digest(), CHARACTERS);

/** Exists before the agent is registered, and is the same everywhere. */
export const addressIdOf = (address: Address): AddressId => `addr_${hashed(address)}` as AddressId;

/** Ends in the same 20 characters as the agent's address id. */
export const serviceAccountIdOf = (address: Address): ServiceAccountId =>
  `sa_${hashed(address)}` as ServiceAccountId;

export interface StopOrderSource {
  readonly org: string;
  /** The id of the key that orders. */
  readonly actor: string;
  /** The Idempotency-Key of the request. */
  readonly key: string;
  readonly mode: StopMode;
  readonly selector: Selector;
}

/** The same request through two nodes makes one order. */
export const stopOrderIdFrom = (source: StopOrderSource): StopOrderId => {
  const { org, actor, key, mode, selector } = source;
  const parts = [org, actor, key, mode, formatSelector(selector)];
  return `stop_${hashed(JSON.stringify(parts))}` as StopOrderId;
};
