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

/** The order in a stored or pushed event's text; `null` where it holds none that this build can read. */
export const signedOrderOf = (text: string): SignedOrder | null => {
  const decoded = codec.decode(text);
  if (!decoded.known || decoded.event.type !== 'StopOrdered') return null;
  const { signer, signature } = signatureOf(decoded.event.signature);
  // Over the text as it came: a field that this build does not know is signed, too.
  return {
    order: orderBodyOf(decoded.event, JSON.parse(text) as object),
    signer,
    signature,
  };
};

/** The event's text again, as the log stores it and as it is pushed. */
export const eventTextOf = ({ order, signer, signature }: SignedOrder): string => {
  const event = JSON.parse(order.details) as object;
  return JSON.stringify({ ...event, signature: envelopeSignature(signer, signature) });
};

export const stopOrderedOf = (signed: SignedOrder): StopOrderedEvent | null => {
  const decoded = codec.decode(eventTextOf(signed));
  return decoded.known && decoded.event.type === 'StopOrdered' ? decoded.event : null;
};
