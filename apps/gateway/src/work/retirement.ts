import {
  deadlineSubject,
  inboxSubject,
  intentLogSubject,
  intentSubject,
  partsOf,
  type WorkEvent,
} from '#contracts';
import type { EventStore, WorkItem, WorkQueues } from '#event-store';
import type { Clock } from '#platform';
import { replyOwner } from '../intents/intent-ends.js';
import type { IntentHistory, LoadedIntent } from '../intents/intent-history.js';

export interface RetirementOptions {
  readonly store: Pick<EventStore<WorkEvent>, 'forget'>;
  readonly queues: Pick<WorkQueues<WorkEvent>, 'settle'>;
  readonly history: IntentHistory;
  readonly clock: Clock;
}

export const RETIREMENT = { name: 'retirement', filter: 'retire.>' } as const;

const AGAIN_MS_MAX = 3_600_000;

/** Forgets intents seven days after their end, and with them all that was written about them. */
export class Retirement {
  constructor(private readonly options: RetirementOptions) {}

  async work(item: WorkItem<WorkEvent>): Promise<void> {
    const { queues, history, store, clock } = this.options;
    const { decoded, subject } = item.stored;
    if (!decoded.known || decoded.event.type !== 'RetirementDue') {
      return queues.settle(item.token, { againAfterMs: AGAIN_MS_MAX });
    }
    const { intentId, retireAt } = decoded.event.data;
    const leftMs = Date.parse(retireAt) - clock.nowMs();
    if (leftMs > 0)
      return queues.settle(item.token, { againAfterMs: Math.min(leftMs, AGAIN_MS_MAX) });
    const intent = await history.find(decoded.event.org ?? '', intentId);
    if (intent !== null) await this.forget(intent);
    await queues.settle(item.token, 'done');
    await store.forget(subject);
  }

  /** The submission goes last: while it is there, a repeat finds what is left. */
  private async forget(intent: LoadedIntent): Promise<void> {
    const { store } = this.options;
    const owner = replyOwner(intent.state.submission);
    if (owner !== null) await store.forget(inboxSubject(partsOf(owner), intent.id));
    await store.forget(deadlineSubject(intent.to, intent.id));
    await store.forget(intentLogSubject(intent.to, intent.id));
    await store.forget(intentSubject(intent.to, intent.id));
  }
}
