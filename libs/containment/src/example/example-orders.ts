import type { Address, StopMode, StopOrderId } from '#contracts';
import type { SignedOrder } from '#domain';
import { generateKey, openKey } from '../keys/signing-key.js';
import { signedEvent } from '../wire/authentic.js';
import { signedOrderOf, type StopOrderedEvent } from '../wire/order-event.js';

/** A key whose signatures nobody checks. */
export const exampleKey = openKey(generateKey());

export const exampleStop = (letter: string, mode: StopMode = 'halt'): StopOrderedEvent => ({
  type: 'StopOrdered',
  version: 1,
  id: '01890000-0000-7000-8000-000000000000',
  at: '2026-01-31T03:00:00.000Z',
  org: 'acme',
  workspace: 'prod',
  actor: { kind: 'operator', id: 'me', via: 'http' },
  reason: null,
  correlation_id: 'c',
  causation_id: null,
  signature: null,
  data: {
    orderId: `stop_${letter.repeat(20)}` as StopOrderId,
    mode,
    selector: { agent: 'agent://acme/prod/rogue' as Address },
    reason: null,
    expiresAt: null,
    drainUntil: null,
  },
});

export const exampleOrder = (letter: string): SignedOrder => {
  const signed = signedOrderOf(JSON.stringify(signedEvent(exampleStop(letter), 'n1', exampleKey)));
  if (signed === null) throw new Error('the example cannot be read');
  return signed;
};
