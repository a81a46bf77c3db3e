import {
  intentLogSubject,
  intentLookup,
  intentSubject,
  partsOf,
  type AddressParts,
  type IntentEvent,
  type IntentId,
  type WorkEvent,
} from '#contracts';
import { fold, intentDecider, type EndedIntent, type OpenIntent } from '#domain';
import { UnreadableHistoryError, type EventStore, type Stored } from '#event-store';
import { BoundedMap } from './bounded-map.js';

/** An intent as the log has it. */
export interface LoadedIntent {
  readonly id: IntentId;
  readonly to: AddressParts;
  readonly history: readonly IntentEvent[];
  readonly state: OpenIntent | EndedIntent;
  /** The place of its submission in the log. */
  readonly submittedAt: number;
  /** The last sequence on the subject of its later events; `0` before the first. */
  readonly lastSequence: number;
}

const PLACES_MAX = 20_000;
/** Each holds its payload and its last checkpoint, 320 KiB at the most. */
const IN_PROGRESS_MAX = 256;

/**
 * Reads intents from the log. Remembers where they are, and of the few in progress what they were when they were last
 * written here; what became of them is always asked.
 */
export class IntentHistory {
  private readonly places = new BoundedMap<IntentId, AddressParts>(PLACES_MAX);
  private readonly inProgress = new BoundedMap<IntentId, LoadedIntent>(IN_PROGRESS_MAX);

  constructor(private readonly store: Pick<EventStore<WorkEvent>, 'first' | 'last' | 'read'>) {}

  /**
   * `org` is whose intents are looked at; `*` for those who run the mesh. `null` where there is none.
   * @throws UnreadableHistoryError when a newer build wrote something that this one cannot read
   */
  async find(org: string, id: IntentId): Promise<LoadedIntent | null> {
    const place = this.places.get(id);
    if (place && (org === '*' || place.org === org)) return this.at(place, id);
    const stored = await this.store.first(intentLookup(org, id));
    return stored === null ? null : this.from(stored);
  }

  /**
   * For another step on its way: `history` may hold its first and its last event alone. An intent that was written here
   * last costs one look at the end of its log, however many checkpoints it has.
   */
  async findInProgress(org: string, id: IntentId): Promise<LoadedIntent | null> {
    const known = this.inProgress.get(id);
    if (known === undefined || (org !== '*' && known.to.org !== org)) return this.find(org, id);
    const last = await this.store.last(intentLogSubject(known.to, id));
    return last?.sequence === known.lastSequence ? known : this.find(org, id);
  }

  /** Written here just now. */
  wrote(intent: LoadedIntent): void {
    const [first] = intent.history;
    const last = intent.history.at(-1);
    if (first === undefined || last === undefined || intent.lastSequence === 0) return;
    this.inProgress.set(intent.id, {
      ...intent,
      history: first === last ? [first] : [first, last],
    });
  }

  async at(to: AddressParts, id: IntentId): Promise<LoadedIntent | null> {
    const [stored, later] = await Promise.all([
      this.store.first(intentSubject(to, id)),
      this.store.read(intentLogSubject(to, id)),
    ]);
    return stored === null ? null : this.loaded(stored, later);
  }

  /** From the item of work, which is at hand already. */
  async from(stored: Stored<WorkEvent>): Promise<LoadedIntent> {
    return this.loaded(stored, await this.store.read(`${stored.subject}.log`));
  }

  /** An item that nothing has happened to yet, as far as one knows: a wrong guess fails the append. */
  fresh(stored: Stored<WorkEvent>): LoadedIntent {
    return this.loaded(stored, []);
  }

  remember(id: IntentId, to: AddressParts): void {
    this.places.set(id, to);
  }

  private loaded(stored: Stored<WorkEvent>, later: readonly Stored<WorkEvent>[]): LoadedIntent {
    const history = [stored, ...later].map(intentEvent);
    const state = fold(intentDecider, history);
    if (state.status === 'absent') throw new UnreadableHistoryError(stored.subject, 'intent', 0);
    const { intentId, to } = state.submission;
    const parts = partsOf(to);
    this.places.set(intentId, parts);
    return {
      id: intentId,
      to: parts,
      history,
      state,
      submittedAt: stored.sequence,
      lastSequence: later.at(-1)?.sequence ?? 0,
    };
  }
}

const intentEvent = ({ decoded, subject }: Stored<WorkEvent>): IntentEvent => {
  if (!decoded.known) {
    throw new UnreadableHistoryError(subject, decoded.unknown.type, decoded.unknown.version);
  }
  return decoded.event as IntentEvent;
};
