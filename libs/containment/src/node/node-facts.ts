import {
  controlSubject,
  echoSubject,
  gatewaySubject,
  nodeSubject,
  orgOf,
  workspaceOf,
  type ControlEvent,
  type ControlFact,
  type GatewayId,
  type NodeId,
} from '#contracts';
import { DEAD_AFTER_MS, type LogFact } from '#domain';
import { record, type Clock, type Ids } from '#platform';
import type { IdentityFile } from '../keys/identity-file.js';
import type { WriteFact, WrittenFact } from '../wire/append-output.js';
import { signedEvent } from '../wire/authentic.js';
import { echoText } from '../wire/log-entries.js';
import { eventTextOf } from '../wire/order-event.js';

export interface NodeFactsOptions {
  readonly node: NodeId;
  /** The name that the operator gave, without the random part. */
  readonly name: string;
  readonly identity: IdentityFile;
  readonly clock: Clock;
  readonly ids: Ids;
  url(): string | null;
}

/** Writes down what a control node appends for the protocol, signed with its own key. */
export const nodeFacts =
  (options: NodeFactsOptions): WriteFact =>
  (fact): WrittenFact => {
    switch (fact.kind) {
      case 'echo':
        return { subject: echoSubject(fact.node), text: echoText(fact), id: null };
      case 'stop-ordered': {
        const { selector, orderId } = fact.signed.order;
        const subject = controlSubject(orgOf(selector), workspaceOf(selector), 'stop', orderId);
        // The order's own subject is empty before it and never again: that, not an id, stores it once.
        return { subject, text: eventTextOf(fact.signed), id: null };
      }
      default:
        return signedFact(fact, options);
    }
  };

const signedFact = (fact: LogFact, options: NodeFactsOptions): WrittenFact => {
  const { node, identity, clock, ids } = options;
  const { subject, control } = factOf(fact, options);
  const actor = { kind: 'node', id: node, via: 'mesh' } as const;
  const about = { actor, org: null, workspace: null, correlationId: ids.uuid() };
  const event = record(control, about, clock, ids) as ControlEvent;
  return {
    subject,
    text: JSON.stringify(signedEvent(event, node, identity.current)),
    id: event.id,
  };
};

const factOf = (
  fact: LogFact,
  { name, identity, url }: NodeFactsOptions,
): { readonly subject: string; readonly control: ControlFact } => {
  const silentForMs = DEAD_AFTER_MS;
  switch (fact.kind) {
    case 'node-joined': {
      const { keyId, publicKey } = identity.current;
      const node = fact.node as NodeId;
      const data = { node, name, join: fact.join, keyId, publicKey, url: url() };
      return { subject: nodeSubject(node), control: { type: 'NodeJoined', data } };
    }
    case 'node-left': {
      const node = fact.node as NodeId;
      return { subject: nodeSubject(node), control: { type: 'NodeLeft', data: { node } } };
    }
    case 'node-removed': {
      const data = { node: fact.node as NodeId, silentForMs };
      return { subject: nodeSubject(fact.node), control: { type: 'NodeRemoved', data } };
    }
    case 'gateway-removed': {
      const data = { gateway: fact.gateway as GatewayId, boot: fact.boot, silentForMs };
      return { subject: gatewaySubject(fact.gateway), control: { type: 'GatewayRemoved', data } };
    }
    default:
      throw new Error(`a control node never writes ${fact.kind}`);
  }
};
