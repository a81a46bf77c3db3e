import type { ControlEvent } from '#contracts';
import { isSamePerson } from '../access/same-person.js';
import type { LogRestore } from './control-records.js';

type Of<T extends ControlEvent['type']> = Extract<ControlEvent, { type: T }>;

/** Which log this is, and whether people say that it was restored on purpose. */
export class LogFold {
  #incarnation: string | null = null;
  #restore: LogRestore | null = null;

  get incarnation(): string | null {
    return this.#incarnation;
  }

  /** The last word on a restore, confirmed or not. */
  get restore(): LogRestore | null {
    return this.#restore;
  }

  start({ data }: Of<'LogStarted'>): void {
    this.#incarnation ??= data.incarnation;
  }

  // One person's word changes nothing: another one has to say the same of the same request.
  restored({ id, at, data }: Of<'LogRestored'>, sequence: number): void {
    const asked = this.#restore;
    const confirmed =
      asked !== null && data.confirms === asked.eventId && isSame(asked, data) ? data.by : null;
    if (confirmed === null) {
      const { old, new: restored, by } = data;
      this.#restore = { eventId: id, old, new: restored, by, at, confirmedBy: null, sequence };
      return;
    }
    this.#restore = { ...(asked as LogRestore), confirmedBy: confirmed, sequence };
    this.#incarnation = data.new;
  }
}

const isSame = (asked: LogRestore, data: Of<'LogRestored'>['data']): boolean =>
  asked.confirmedBy === null &&
  asked.old === data.old &&
  asked.new === data.new &&
  !isSamePerson(asked.by, data.by);
