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
import { intentWireEvents, statusOf, type IntentCommand, type IntentUse } from '#domain';
import type { Call } from '#platform';
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

interface Answer {
  readonly principal: Principal;
  readonly id: IntentId;
  readonly traceId: string;
  readonly use: IntentUse;
  readonly command: Exclude<IntentCommand, { type: 'SubmitIntent' }>;
  readonly reason?: string | null;
}

/** Everything that agents and operators say about an intent that is open. */
export class AnswerIntents {
  constructor(private readonly options: AnswerIntentsOptions) {}

  async resolve({ principal, params, body, traceId }: Call<typeof resolveIntent>) {
    const reason = body.reason ?? null;
    const { intent } = await this.act({
      principal,
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

  async resume({ principal, params, body, traceId }: Call<typeof resumeIntent>) {
    const { intent } = await this.act({
      principal,
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

  async checkpoint({ principal, params, body, traceId }: Call<typeof checkpointIntent>) {
    const { intent_id: id } = params;
    const { intent } = await this.saveProgress({ principal, id, traceId, data: body.data });
    const { at = '' } = intent.history.at(-1) ?? {};
    return { ok: true, intent_id: id, status: statusOf(intent.state), checkpointed_at: at };
  }

  /** @throws ApiProblem `not_found`, `already_ended`, `agent_…` */
  async saveProgress(
    progress: Pick<Answer, 'principal' | 'id' | 'traceId'> & { readonly data: unknown },
  ) {
    const { data, ...who } = progress;
    const acted = await this.act({
      ...who,
      use: 'progress',
      command: { type: 'CheckpointIntent', data },
    });
    this.options.history.wrote(acted.intent);
    this.options.renew(acted.intent);
    return acted;
  }

  private async change(
    kind: 'controls' | 'policy',
    { principal, params, body, traceId }: Call<typeof controlIntent> | Call<typeof setIntentPolicy>,
  ) {
    const { intent } = await this.act({
      principal,
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
    this.judge(principal, intent);
    const acting = { actor: actorOf(principal), correlationId: traceId, reason };
    return acceptedOr(await intents.act(intent, command, acting));
  }

  /** Again, now that the intent is known: narrowed stops apply, and a drain lets pass what is in hand alone. */
  private judge(principal: Principal, { state }: LoadedIntent): void {
    if (principal.kind !== 'sa') return;
    this.options.gate.recheck({
      address: principal.address,
      act: 'answer',
      capability: `intent:${state.submission.intentType}`,
      inFlight: state.status === 'open' && state.inHand?.agent === principal.address,
    });
  }
}

const applied = ({ state }: LoadedIntent) => ({
  ok: true,
  applied: true,
  policy_generation: state.generation,
});

const errorOf = (error: JsonObject | string | null, reason: string | null): JsonObject => {
  if (typeof error === 'string') return { message: error };
  return error ?? (reason === null ? {} : { message: reason });
};
