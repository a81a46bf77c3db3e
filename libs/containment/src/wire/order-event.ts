import { controlEvents, eventCodec, type ControlEvent } from '#contracts';
import { canonicalJson, msOf, type OrderBody, type SignedOrder } from '#domain';

/** A stop as the control log holds it. */
export type StopOrderedEvent = Extract<ControlEvent, { type: 'StopOrdered' }>;

const codec = eventCodec<ControlEvent>(controlEvents);

/** Signatures in envelopes name their signer: `{signer}/{key id}.{base64url}`. */
export const signatureOf = (
  envelope: string | null,
): { readonly signer: string; readonly signature: string } => {
  const at = (envelope ?? '').indexOf('/');
  if (envelope === null || at < 0) return { signer: '', signature: '' };
  return { signer: envelope.slice(0, at), signature: envelope.slice(at + 1) };
};

export const envelopeSignature = (signer: string, signature: string): string =>
  `${signer}/${signature}`;

/** The whole event but its signature, in one text for all: what a signature in an envelope is over. */
export const unsignedText = (event: object): string => {
  const { signature: _, ...rest } = event as { signature?: unknown };
  return canonicalJson(rest);
};

/** What the protocol carries of a stop: `details` is the event itself, so nothing of it can be changed under way. */
export const orderBodyOf = (event: StopOrderedEvent, text: object = event): OrderBody => ({
  orderId: event.data.orderId,
  mode: event.data.mode,
  selector: event.data.selector,
  atWallMs: msOf(event.at),
  details: unsignedText(text),
});

/** A stop as the protocol carries it, and as everybody else reads it. */
export interface ReadOrder {
  readonly signed: SignedOrder;
  readonly event: StopOrderedEvent;
}

/** One text comes by push, from the log and with renewals; it is read once. So many of the last ones are remembered. */
const READ_MAX = 256;
const lately = new Map<string, ReadOrder>();
const eventsOf = new WeakMap<SignedOrder, StopOrderedEvent>();
const textsOf = new WeakMap<SignedOrder, string>();

/** What was read of this very text lately; `null`: it was not. */
export const readLately = (text: string): ReadOrder | null => lately.get(text) ?? null;

/** The order in a stored or pushed event's text; `null` where it holds none that this build can read. */
export const signedOrderOf = (text: string): SignedOrder | null => {
  const known = lately.get(text);
  if (known !== undefined) return known.signed;
  const decoded = codec.decode(text);
  if (!decoded.known || decoded.event.type !== 'StopOrdered') return null;
  const { event } = decoded;
  const { signer, signature } = signatureOf(event.signature);
  // Over the text as it came: a field that this build does not know is signed, too.
  const signed = { order: orderBodyOf(event, JSON.parse(text) as object), signer, signature };
  eventsOf.set(signed, event);
  lately.set(text, { signed, event });
  const [oldest] = lately.keys();
  if (lately.size > READ_MAX && oldest !== undefined) lately.delete(oldest);
  return signed;
};

/** The event's text again, as the log stores it and as it is pushed. */
export const eventTextOf = (signed: SignedOrder): string => {
  const known = textsOf.get(signed);
  if (known !== undefined) return known;
  const { order, signer, signature } = signed;
  const event = JSON.parse(order.details) as object;
  const text = JSON.stringify({ ...event, signature: envelopeSignature(signer, signature) });
  textsOf.set(signed, text);
  return text;
};

export const stopOrderedOf = (signed: SignedOrder): StopOrderedEvent | null => {
  const known = eventsOf.get(signed);
  if (known !== undefined) return known;
  const decoded = codec.decode(eventTextOf(signed));
  if (!decoded.known || decoded.event.type !== 'StopOrdered') return null;
  eventsOf.set(signed, decoded.event);
  return decoded.event;
};
