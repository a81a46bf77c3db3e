import {
  intentLogSubject,
  type Actor,
  type IntentEvent,
  type IntentFact,
  type WorkEvent,
  type WorkFact,
} from '#contracts';
import { endOf, fold, intentDecider, type IntentCommand, type IntentRejection } from '#domain';
import { WrongSequenceError, type EventStore, type Sending, type WorkQueues } from '#event-store';
import { record, type Clock, type Ids, type Logger } from '#platform';
import type { IntentHistory, LoadedIntent } from './intent-history.js';
import { withEnd } from './intent-ends.js';

export interface IntentLogOptions {
  readonly store: EventStore<WorkEvent>;
  readonly queues: Pick<WorkQueues<WorkEvent>, 'settle'>;
  readonly history: IntentHistory;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  /** Told when an intent that was delivered needs no answer any more. */
  onAnswered(intent: LoadedIntent): void;
}

/** Who acts, for the envelope. */
export interface Acting {
  readonly actor: Actor;
  readonly correlationId: string;
  readonly reason?: string | null;
  /** For somebody's request: looks at the gate when it is sent. */
  readonly sending?: Sending;
}

export type Acted =
  | {
      readonly accepted: true;
      readonly intent: LoadedIntent;
      readonly events: readonly IntentEvent[];
    }
  | {
      readonly accepted: false;
      readonly rejection: IntentRejection;
      readonly intent: LoadedIntent;
    };

type After = Exclude<IntentCommand, { type: 'SubmitIntent' }>;

const TRIES_MAX = 5;

/** Decides on intents and writes what was decided, unless somebody else wrote first: then again. */
export class IntentLog {
  constructor(private readonly options: IntentLogOptions) {}

  /** @throws WrongSequenceError when others were first five times in a row; LogUnavailableError */
  async act(intent: LoadedIntent, command: After, acting: Acting): Promise<Acted> {
    let current = intent;
    for (let tried = 1; ; tried += 1) {
      const decision = intentDecider.decide(command, current.state);
      if (!decision.accepted) return { ...decision, intent: current };
      try {
        const written = await this.write(current, decision.events, acting);
        return { accepted: true, ...written };
      } catch (error) {
        if (!(error instanceof WrongSequenceError) || tried === TRIES_MAX) throw error;
        current = await this.again(current);
      }
    }
  }

  private async write(intent: LoadedIntent, facts: readonly IntentFact[], acting: Acting) {
    const { store, clock } = this.options;
    const [fact] = facts;
    // Every command makes one fact or is silent.
    if (fact === undefined) return { intent, events: [] };
    const toEvent = (it: WorkFact): WorkEvent => this.envelope(intent, it, acting);
    const event = toEvent(fact) as IntentEvent;
    const own = {
      subject: intentLogSubject(intent.to, intent.id),
      event,
      expect: { lastSequence: intent.lastSequence },
    };
    const more = withEnd(intent, fact, { nowMs: clock.nowMs(), toEvent });
    const { sequence } =
      more.length === 0
        ? await store.append(own, acting.sending)
        : await store.appendAll([own, ...more], acting.sending);
    const next = grown(intent, event, sequence - more.length);
    if (endOf(fact) !== null) this.settle(intent);
    return { intent: next, events: [event] };
  }

  /** The queue need not hand it out again. Should this get lost, the next taker finds that it has ended. */
  private settle(intent: LoadedIntent): void {
    const { queues, log, onAnswered } = this.options;
    onAnswered(intent);
    if (intent.state.status !== 'open' || intent.state.inHand === null) return;
    queues.settle(intent.state.inHand.token, 'done').catch((error: unknown) => {
      log.warn({ err: error, intent_id: intent.id }, 'an ended intent is still in its queue');
    });
  }

  private envelope(intent: LoadedIntent, fact: WorkFact, acting: Acting): WorkEvent {
    const { clock, ids } = this.options;
    const { org, workspace } = intent.to;
    const causationId = intent.history.at(-1)?.id ?? null;
    return record(fact, { ...acting, org, workspace, causationId }, clock, ids) as WorkEvent;
  }

  private async again(intent: LoadedIntent): Promise<LoadedIntent> {
    const found = await this.options.history.at(intent.to, intent.id);
    if (found === null) throw new WrongSequenceError(intent.id);
    return found;
  }
}

const grown = (intent: LoadedIntent, event: IntentEvent, sequence: number): LoadedIntent => {
  const state = fold({ ...intentDecider, initialState: intent.state }, [event]);
  return {
    ...intent,
    history: [...intent.history, event],
    state: state.status === 'absent' ? intent.state : state,
    lastSequence: sequence,
  };
};
