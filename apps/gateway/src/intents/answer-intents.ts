import type {
  checkpointIntent,
  controlIntent,
  IntentId,
  JsonObject,
  Principal,
  resolveIntent,
  resumeIntent,
  setIntentPolicy,
} from '#contracts';
import { intentWireEvents, statusOf, type Ask, type IntentCommand, type IntentUse } from '#domain';
import type { Sending } from '#event-store';
import type { AnyCall, Call } from '#platform';
import type { Gate } from '../gate/gate.js';
import { completionDelivery } from './intent-ends.js';
import { foundIntent } from './found-intent.js';
import type { IntentHistory, LoadedIntent } from './intent-history.js';
import type { Acted, IntentLog } from './intent-log.js';
import { acceptedOr } from './intent-problems.js';
import type { ReadIntents } from './read-intents.js';
import { actorOf } from '../caller.js';

export interface AnswerIntentsOptions {
  readonly history: IntentHistory;
  readonly intents: IntentLog;
  readonly reading: ReadIntents;
  readonly gate: Gate;
  /** A checkpoint is a sign that somebody is still at it. */
  renew(intent: LoadedIntent): void;
}

/** Whose request it is, and where its answer goes. */
type Asker = Pick<AnyCall, 'request' | 'reply'> & { readonly principal: Principal };

interface Answer extends Asker {
  readonly what: string;
  readonly id: IntentId;
  readonly traceId: string;
  readonly use: IntentUse;
  readonly command: Exclude<IntentCommand, { type: 'SubmitIntent' }>;
  readonly reason?: string | null;
}

/** Everything that agents and operators say about an intent that is open. */
export class AnswerIntents {
  constructor(private readonly options: AnswerIntentsOptions) {}

  async resolve({ params, body, traceId, ...call }: Call<typeof resolveIntent>) {
    const reason = body.reason ?? null;
    const { intent } = await this.act({
      ...call,
      what: 'intents.resolve',
      id: params.intent_id,
      traceId,
      use: 'resolve',
      reason,
      command: {
        type: 'ResolveIntent',
        status: body.status,
        result: body.result ?? {},
        error: errorOf(body.error ?? null, reason),
        reason,
      },
    });
    const { actor: _actor, ...event } = intentWireEvents(intent.history).at(-1) ?? { actor: '' };
    return {
      ok: true,
      intent: this.options.reading.view(intent),
      event,
      completion_delivery: completionDelivery(intent.state.submission, intent.id),
    };
  }

  async resume({ params, body, traceId, ...call }: Call<typeof resumeIntent>) {
    const { intent } = await this.act({
      ...call,
      what: 'intents.resume',
      id: params.intent_id,
      traceId,
      use: 'resolve',
      command: { type: 'AnswerIntent', answer: body },
    });
    return { ...applied(intent), intent: this.options.reading.view(intent) };
  }

  controls(call: Call<typeof controlIntent>) {
    return this.change('controls', call);
  }

  policy(call: Call<typeof setIntentPolicy>) {
    return this.change('policy', call);
  }

  async checkpoint({ params, body, traceId, ...call }: Call<typeof checkpointIntent>) {
    const { intent_id: id } = params;
    const { intent } = await this.saveProgress({ ...call, id, traceId, data: body.data });
    const { at = '' } = intent.history.at(-1) ?? {};
    return { ok: true, intent_id: id, status: statusOf(intent.state), checkpointed_at: at };
  }

  /** @throws ApiProblem `not_found`, `already_ended`, `agent_…` */
  async saveProgress(
    progress: Asker & Pick<Answer, 'id' | 'traceId'> & { readonly data: unknown },
  ) {
    const { data, ...who } = progress;
    const acted = await this.act({
      ...who,
      what: 'intents.checkpoint',
      use: 'progress',
      command: { type: 'CheckpointIntent', data },
    });
    this.options.history.wrote(acted.intent);
    this.options.renew(acted.intent);
    return acted;
  }

  private async change(
    kind: 'controls' | 'policy',
    { params, body, traceId, ...call }: Call<typeof controlIntent> | Call<typeof setIntentPolicy>,
  ) {
    const { intent } = await this.act({
      ...call,
      what: `intents.${kind}`,
      id: params.intent_id,
      traceId,
      use: 'resolve',
      reason: body.reason ?? null,
      command: {
        type: 'ControlIntent',
        kind,
        controlsPatch: body.controls_patch ?? null,
        grantsPatch: body.grants_patch ?? null,
        envelopePatch: body.envelope_patch ?? null,
        expectedGeneration: body.expected_policy_generation ?? null,
      },
    });
    return applied(intent);
  }

  private async act(answer: Answer): Promise<Extract<Acted, { accepted: true }>> {
    const { history, intents } = this.options;
    const { principal, id, use, command, traceId, reason = null } = answer;
    const intent = await foundIntent(history, { principal, id }, use);
    const sending = this.sending(answer, intent);
    const acting = { actor: actorOf(principal), correlationId: traceId, reason, sending };
    return acceptedOr(await intents.act(intent, command, acting));
  }

  /** Judged again, now that the intent is known: narrowed stops apply, and a drain lets pass what is in hand alone. */
  private sending(answer: Answer, { id, state }: LoadedIntent): Sending {
    const { gate } = this.options;
    const { principal } = answer;
    const { from, to } = state.submission;
    const ask = askOf(principal, state);
    if (ask !== null) gate.recheck(ask);
    const handing = gate.handing(answer.what, answer, {
      asks: ask === null ? [] : [ask],
      parties: ask === null ? [] : [ask.address, from, to],
      intentId: id,
    });
    return (send) => gate.handOver(handing, send);
  }
}

const askOf = (principal: Principal, state: LoadedIntent['state']): Ask | null =>
  principal.kind === 'sa'
    ? {
        address: principal.address,
        act: 'answer',
        capability: `intent:${state.submission.intentType}`,
        inFlight: state.status === 'open' && state.inHand?.agent === principal.address,
      }
    : null;

const applied = ({ state }: LoadedIntent) => ({
  ok: true,
  applied: true,
  policy_generation: state.generation,
});

const errorOf = (error: JsonObject | string | null, reason: string | null): JsonObject => {
  if (typeof error === 'string') return { message: error };
  return error ?? (reason === null ? {} : { message: reason });
};
