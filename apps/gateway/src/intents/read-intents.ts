import type { getIntent, listIntentEvents } from '#contracts';
import { intentView, intentWireEvents, type HeldBy } from '#domain';
import type { Call } from '#platform';
import type { Gate } from '../gate/gate.js';
import { foundIntent } from './found-intent.js';
import type { IntentHistory, LoadedIntent } from './intent-history.js';

export interface ReadIntentsOptions {
  readonly history: IntentHistory;
  readonly gate: Gate;
}

/** Intents as they stand, read from the log: any gateway answers the same. */
export class ReadIntents {
  constructor(private readonly options: ReadIntentsOptions) {}

  async get({ principal, params }: Call<typeof getIntent>) {
    const intent = await foundIntent(
      this.options.history,
      { principal, id: params.intent_id },
      'see',
    );
    return { ok: true, intent: this.view(intent) };
  }

  async events({ principal, params, query }: Call<typeof listIntentEvents>) {
    const intent = await foundIntent(
      this.options.history,
      { principal, id: params.intent_id },
      'see',
    );
    const story = intentWireEvents(intent.history);
    return { ok: true, events: story.filter(({ seq }) => seq > query.since) };
  }

  view(intent: LoadedIntent) {
    return intentView(intent.history, this.heldBy(intent));
  }

  /** The stop that keeps an open intent from its receiver at this moment. */
  private heldBy({ state }: LoadedIntent): HeldBy | null {
    const { to, intentType } = state.submission;
    const verdict = this.options.gate.judge({
      address: to,
      act: 'deliver',
      capability: `intent:${intentType}`,
    });
    if (verdict.allowed || verdict.hold === null) return null;
    return { mode: verdict.hold.mode, order_id: verdict.hold.order.orderId };
  }
}
