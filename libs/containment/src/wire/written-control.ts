import { controlEvents, eventCodec, type ControlEvent, type EventCodec } from '#contracts';

/** A control event with its text as it was stored: what its signature is over. */
export interface WrittenControl {
  readonly id: string;
  readonly event: ControlEvent;
  readonly text: string;
}

const events = eventCodec<ControlEvent>(controlEvents);

export const writtenControl: EventCodec<WrittenControl> = {
  encode: ({ text }) => text,
  decode: (text) => {
    const decoded = events.decode(text);
    if (!decoded.known) return decoded;
    const { event } = decoded;
    return { known: true, event: { id: event.id, event, text } };
  },
};
