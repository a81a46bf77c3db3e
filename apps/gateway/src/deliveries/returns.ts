import type { StopOrderId, WorkEvent } from '#contracts';
import type { WorkQueues } from '#event-store';
import type { Logger } from '#platform';
import { byGateway, type GatewayIdentity } from '../identity.js';
import type { IntentHistory } from '../intents/intent-history.js';
import type { IntentLog } from '../intents/intent-log.js';
import type { Hand } from './work-in-hand.js';

export interface ReturnsOptions {
  readonly identity: GatewayIdentity;
  readonly history: IntentHistory;
  readonly intents: IntentLog;
  readonly queues: Pick<WorkQueues<WorkEvent>, 'settle'>;
  readonly log: Logger;
}

export interface ReturnCause {
  readonly cause: 'stopped' | 'undelivered';
  readonly orderId: StopOrderId | null;
}

const TRIES_MAX = 3;

/** Takes delivered work back, so that nobody waits for its visibility time. It costs the intent no attempt. */
export class Returns {
  constructor(private readonly options: ReturnsOptions) {}

  /** Never throws: what could not be taken back comes back by itself when its visibility time is over. */
  async take(hand: Omit<Hand, 'untilMs' | 'free'>, why: ReturnCause): Promise<void> {
    for (let tried = 1; ; tried += 1) {
      try {
        return await this.takeOnce(hand, why);
      } catch (error) {
        if (tried < TRIES_MAX) continue;
        const fields = { err: error, intent_id: hand.intentId };
        this.options.log.warn(
          fields,
          'work could not be taken back; it returns after its visibility time',
        );
        return;
      }
    }
  }

  private async takeOnce(hand: Omit<Hand, 'untilMs' | 'free'>, why: ReturnCause): Promise<void> {
    const { identity, history, intents, queues } = this.options;
    const intent = await history.at(hand.to, hand.intentId);
    if (intent === null) return;
    const acting = byGateway(identity, {
      ...hand.to,
      correlationId: intent.history[0]?.correlation_id,
    });
    const acted = await intents.act(
      intent,
      { type: 'ReturnIntent', workToken: hand.token, ...why },
      acting,
    );
    if (acted.accepted && acted.events.length > 0)
      await queues.settle(hand.token, { againAfterMs: 0 });
  }
}
