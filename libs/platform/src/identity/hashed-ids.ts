import { createHash, hash } from 'node:crypto';
import {
  AddressId,
  AuthorizationId,
  formatSelector,
  ServiceAccountId,
  StopOrderId,
  type Address,
  type BreachId,
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

/** The same request through two gateways opens one authorization. */
export const authorizationIdFrom = (...parts: readonly string[]): AuthorizationId =>
  `auth_${hashed(JSON.stringify(parts))}` as AuthorizationId;

/** One breach of one rule by one agent, whoever finds it. */
export const breachIdFrom = (...parts: readonly string[]): BreachId =>
  `breach_${hashed(JSON.stringify(parts))}` as BreachId;

/** An event that many write alike is stored once: a UUID (version 8) made of its words. */
export const uuidFrom = (...parts: readonly string[]): string => {
  const hex = sha256Hex(JSON.stringify(parts));
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};
