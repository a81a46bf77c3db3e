import { type Timestamp, type WorkEvent } from '#contracts';
import { timeLeft, type ControlView } from '#domain';
import type { WorkItem, WorkQueues } from '#event-store';
import { toTimestamp, type Clock } from '#platform';
import { byGateway, type GatewayIdentity } from '../identity.js';
import type { IntentHistory, LoadedIntent } from '../intents/intent-history.js';
import type { IntentLog } from '../intents/intent-log.js';
import { pausesOf } from './pauses.js';

export interface DeadlinesOptions {
  readonly identity: GatewayIdentity;
  readonly view: ControlView;
  readonly queues: Pick<WorkQueues<WorkEvent>, 'settle'>;
  readonly history: IntentHistory;
  readonly intents: IntentLog;
  readonly clock: Clock;
}

/** Every gateway works at it; one at a time has each deadline. */
export const DEADLINES = { name: 'deadlines', filter: 'deadline.>' } as const;

const AGAIN_MS_MIN = 50;
const AGAIN_MS_MAX = 3_600_000;

/** Ends intents whose time is over. While the receiver is paused no time passes for them. */
export class Deadlines {
  constructor(private readonly options: DeadlinesOptions) {}

  async work(item: WorkItem<WorkEvent>): Promise<void> {
    const { queues, history } = this.options;
    const { decoded } = item.stored;
    if (!decoded.known || decoded.event.type !== 'DeadlineSet') {
      return queues.settle(item.token, { againAfterMs: AGAIN_MS_MAX });
    }
    const { intentId, deadlineAt } = decoded.event.data;
    const leftMs = Date.parse(deadlineAt) - this.options.clock.nowMs();
    // Pauses only lengthen it, so before its time nobody needs to look.
    if (leftMs > 0) return this.later(item, leftMs);
    const intent = await history.find(decoded.event.org ?? '', intentId);
    if (intent === null || intent.state.status === 'ended')
      return queues.settle(item.token, 'done');
    const remainingMs = this.remaining(intent, deadlineAt);
    if (remainingMs > 0) return this.later(item, remainingMs);
    await this.timeOut(intent, deadlineAt);
    await queues.settle(item.token, 'done');
  }

  private remaining(intent: LoadedIntent, deadlineAt: Timestamp): number {
    const { view, clock } = this.options;
    const { to, intentType } = intent.state.submission;
    const pauses = pausesOf(view, to, `intent:${intentType}`);
    const startedMs = Date.parse(intent.history[0]?.at ?? deadlineAt);
    return timeLeft(Date.parse(deadlineAt), startedMs, pauses, clock.nowMs());
  }

  private async timeOut(intent: LoadedIntent, deadlineAt: Timestamp): Promise<void> {
    const { identity, intents, clock } = this.options;
    const acting = byGateway(identity, {
      ...intent.to,
      correlationId: intent.history[0]?.correlation_id,
    });
    const reason = `no answer by ${toTimestamp(clock.nowMs())}`;
    // Rejected only where it has ended meanwhile: then there is nothing left to time out.
    await intents.act(intent, { type: 'TimeOutIntent', deadlineAt }, { ...acting, reason });
  }

  private later(item: WorkItem<WorkEvent>, ms: number): Promise<void> {
    const againAfterMs = Math.min(AGAIN_MS_MAX, Math.max(AGAIN_MS_MIN, ms));
    return this.options.queues.settle(item.token, { againAfterMs });
  }
}
