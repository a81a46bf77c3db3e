import { gatewaySubject, keySubject, nodeSubject, type ControlEvent } from '#contracts';
import { canonicalBytes, msOf, signedText } from '#domain';
import type { KeyRing, SignerKind } from '../keys/key-ring.js';
import { isSignedBy, openPublicKey, parseSignature, type SigningKey } from '../keys/signing-key.js';
import {
  envelopeSignature,
  orderBodyOf,
  signatureOf,
  unsignedText,
  type StopOrderedEvent,
} from './order-event.js';

type Type = ControlEvent['type'];

/** Whose word each event of the protocol is. Every other event changes no membership, no order and no key. */
const signers: Partial<Record<Type, SignerKind>> = {
  StopOrdered: 'node',
  StopLifted: 'node',
  StopLiftRequested: 'node',
  LogRestored: 'node',
  NodeLeft: 'node',
  NodeRemoved: 'node',
  NodeKeyRotated: 'node',
  GatewayRemoved: 'node',
  WorkspaceSettingsChanged: 'node',
  GatewayLeft: 'gateway',
  GatewayKeyRotated: 'gateway',
};

/** Why an event of the log has no effect: nobody signed it, or not the one who may say it, there. */
export type RefusedAs = 'unsigned' | 'forged';

/** The event with its signer's signature in the envelope. */
export const signedEvent = <E extends ControlEvent>(event: E, id: string, key: SigningKey): E => {
  const text =
    event.type === 'StopOrdered'
      ? canonicalBytes({ kind: 'order', value: orderBodyOf(event) })
      : signedText('event', unsignedText(event));
  return { ...event, signature: envelopeSignature(id, key.sign(text)) };
};

/**
 * Whether an event of the control log is the word of the one who may say it. Before the first control node joined with a
 * key nothing was signed, and everything counts; from there on an event of the protocol without its signature has no
 * effect. `raw` is the event as it was stored, so that fields this build does not know are covered, too.
 */
export const isAuthentic = (event: ControlEvent, raw: object, ring: KeyRing): boolean => {
  if (event.type === 'NodeJoined')
    return isOwnJoin(event.data.node, event.data.publicKey, event, raw);
  if (!ring.signingBegan) return true;
  if (event.type === 'GatewayJoined') {
    const { gateway, publicKey } = event.data;
    return publicKey !== null && isOwnJoin(gateway, publicKey, event, raw);
  }
  const kind = signers[event.type];
  return kind === undefined || isSignedIn(event, raw, kind, ring);
};

/**
 * Whether the event stands where it may. The server lets a gateway write on two subjects of its own, and cannot see what it
 * writes there: without this it could join as a control node, or issue itself a key.
 */
export const isInItsPlace = (event: ControlEvent, subject: string): boolean => {
  const place = placeOf(event);
  return place === null ? !OWN_SUBJECT.test(subject) : subject === place;
};

/** Why the event has no effect for anybody; `null`: it counts. Only events of the protocol cost a look at `text`. */
export const refusedAs = (
  event: ControlEvent,
  { subject, text }: { readonly subject: string; readonly text: string },
  ring: KeyRing,
): RefusedAs | null => {
  if (!isInItsPlace(event, subject)) return 'forged';
  if (!isOfProtocol(event.type)) return null;
  if (isAuthentic(event, JSON.parse(text) as object, ring)) return null;
  return event.signature === null ? 'unsigned' : 'forged';
};

const isOfProtocol = (type: Type): boolean =>
  type === 'NodeJoined' || type === 'GatewayJoined' || signers[type] !== undefined;

/** Of one gateway, node or signer; what belongs to an org is longer by its aggregate. */
const OWN_SUBJECT = /^control\.mesh\.(?:gateway|node|key)\.[^.]+$/;

const places: Partial<Record<Type, (id: string) => string>> = {
  NodeJoined: nodeSubject,
  NodeLeft: nodeSubject,
  NodeRemoved: nodeSubject,
  NodeKeyRotated: keySubject,
  GatewayJoined: gatewaySubject,
  GatewayLeft: gatewaySubject,
  GatewayRemoved: gatewaySubject,
  GatewayKeyRotated: keySubject,
};

/** `null`: anywhere but on the subjects of gateways, nodes and their keys. */
const placeOf = ({ type, data }: ControlEvent): string | null => {
  const place = places[type];
  if (place === undefined) return null;
  if ('node' in data) return place(data.node);
  return 'gateway' in data ? place(data.gateway) : null;
};

const isSignedIn = (event: ControlEvent, raw: object, kind: SignerKind, ring: KeyRing): boolean => {
  const { signer, signature } = signatureOf(event.signature);
  if (!speaksForItself(event, signer)) return false;
  return ring.verify({ kind, signer, signature, text: textOf(event, raw), atMs: msOf(event.at) });
};

const textOf = (event: ControlEvent, raw: object): string =>
  event.type === 'StopOrdered'
    ? canonicalBytes({ kind: 'order', value: orderBodyOf(event as StopOrderedEvent, raw) })
    : signedText('event', unsignedText(raw));

/** What a node or gateway says about itself nobody else may say. */
const speaksForItself = (event: ControlEvent, signer: string): boolean => {
  switch (event.type) {
    case 'NodeLeft':
    case 'NodeKeyRotated':
      return event.data.node === signer;
    case 'GatewayLeft':
    case 'GatewayKeyRotated':
      return event.data.gateway === signer;
    default:
      return true;
  }
};

/** A join brings its own key: the signature proves that the joiner holds the private half. */
const isOwnJoin = (id: string, publicKey: string, event: ControlEvent, raw: object): boolean => {
  const { signer, signature } = signatureOf(event.signature);
  const key = openPublicKey(publicKey);
  const parsed = parseSignature(signature);
  if (signer !== id || key === null || parsed === null) return false;
  return isSignedBy(key, signedText('event', unsignedText(raw)), parsed.bytes);
};
