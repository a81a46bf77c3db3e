import { gatewaySubject, type ControlEvent, type ControlFact, type GatewayId } from '#contracts';
import type { LogFact } from '#domain';
import { record, type Clock, type Ids } from '#platform';
import type { IdentityFile } from '../keys/identity-file.js';
import type { WriteFact, WrittenFact } from '../wire/append-output.js';
import { signedEvent } from '../wire/authentic.js';

export interface GatewayFactsOptions {
  readonly gateway: GatewayId;
  readonly region: Extract<ControlFact, { type: 'GatewayJoined' }>['data']['region'];
  readonly identity: IdentityFile;
  readonly clock: Clock;
  readonly ids: Ids;
  url(): string | null;
}

/** Writes down what a gateway says about itself, signed with its own key. */
export const gatewayFacts =
  (options: GatewayFactsOptions): WriteFact =>
  (fact): WrittenFact => {
    const { gateway, identity, clock, ids } = options;
    const actor = { kind: 'gateway', id: gateway, via: 'mesh' } as const;
    const about = { actor, org: null, workspace: null, correlationId: ids.uuid() };
    const event = record(factOf(fact, options), about, clock, ids) as ControlEvent;
    const signed = signedEvent(event, gateway, identity.current);
    return { subject: gatewaySubject(gateway), text: JSON.stringify(signed), id: event.id };
  };

const factOf = (fact: LogFact, options: GatewayFactsOptions): ControlFact => {
  const { gateway, region, identity } = options;
  if (fact.kind === 'gateway-left')
    return { type: 'GatewayLeft', data: { gateway, boot: fact.boot } };
  if (fact.kind !== 'gateway-joined') throw new Error(`a gateway never writes ${fact.kind}`);
  const { boot, join, modes } = fact;
  const { keyId, publicKey } = identity.current;
  const data = { gateway, region, boot, join, url: options.url(), keyId, publicKey };
  return { type: 'GatewayJoined', data: { ...data, modes: [...modes] } };
};
