import { gatewaySubject, keySubject, nodeSubject, type ControlEvent } from '#contracts';
import type { Stored } from '#event-store';
import { KeyRing } from '../keys/key-ring.js';
import { refusedAs, type RefusedAs } from './authentic.js';
import { learnKeys } from './log-entries.js';
import type { WrittenControl } from './written-control.js';

/** Where all keys come into the log, and go; an event of another subject changes none. */
export const KEY_SUBJECTS: readonly string[] = [
  nodeSubject('*'),
  gatewaySubject('*'),
  keySubject('*'),
];

/**
 * Says of each event of the control log whether it counts for gateways and nodes, for those who only tell of it. A fold: the
 * same log gives the same answers, whenever and from wherever it is read, provided that every event on
 * {@link KEY_SUBJECTS} was read before.
 */
export class SignatureCheck {
  readonly #ring = new KeyRing();

  /** The next event, in the order of the log. Answers why it has no effect; `null`: it counts. */
  read(
    event: ControlEvent,
    stored: { readonly subject: string; readonly text: string },
  ): RefusedAs | null {
    const refused = refusedAs(event, stored, this.#ring);
    if (refused === null) learnKeys(event, this.#ring);
    return refused;
  }

  /** The next event for a fold of the log; `null` where it counts for nobody. What this build cannot read is left as it is. */
  counting({ decoded, ...stored }: Stored<WrittenControl>): Stored<ControlEvent> | null {
    if (!decoded.known) return { ...stored, decoded };
    const { event, text } = decoded.event;
    if (this.read(event, { subject: stored.subject, text }) !== null) return null;
    return { ...stored, decoded: { known: true, event } };
  }
}
