import {
  deadlineSubject,
  intentSubject,
  type createIntent,
  type IntentId,
  type JsonObject,
  type WorkEvent,
  type WorkFact,
} from '#contracts';
import type { Ask, Submission } from '#domain';
import type { AppendRequest, EventStore, Sending } from '#event-store';
import {
  ApiProblem,
  invalidFields,
  record,
  toTimestamp,
  type Call,
  type Clock,
  type Ids,
} from '#platform';
import { actorOf } from '../caller.js';
import type { Reservation } from '../budget/budgets.js';
import type { GuardCosts } from '../budget/guard-costs.js';
import { receiverOf, senderOf, TO_AGENT, type Receiver } from '../gate/destination.js';
import type { Gate } from '../gate/gate.js';
import { orRefused } from '../gate/late-refusal.js';
import type { ControlView } from '#domain';
import { refuseEnded, type NamedSession, type SessionGate } from '../sessions/session-gate.js';
import type { Backlogs } from './backlogs.js';
import { refuseLargeIntent } from './body-limits.js';
import type { IntentHistory } from './intent-history.js';

type CreateCall = Call<typeof createIntent>;

export interface CreateIntentOptions {
  readonly store: EventStore<WorkEvent>;
  readonly history: IntentHistory;
  readonly backlogs: Backlogs;
  readonly gate: Gate;
  readonly sessions: SessionGate;
  readonly costs: GuardCosts;
  readonly view: Pick<ControlView, 'agent'>;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Whether the agent has delivered work that it has not answered: then a drain lets it send. */
  hasWorkInHand(address: Ask['address']): Promise<boolean>;
}

const ATTEMPTS = 5;

/** Takes an intent in: the gate has judged both ends already, so what is left is one append. */
export class CreateIntent {
  constructor(private readonly options: CreateIntentOptions) {}

  async handle(call: CreateCall) {
    const { clock, ids, history, backlogs, store } = this.options;
    const receiver = receiverOf(call.principal, call.body.to_agent, TO_AGENT);
    this.refuseRevoked(receiver);
    refuseLargeIntent(call);
    const session = await this.sessionOf(call);
    await this.refuseDrained(call);
    backlogs.admit(receiver);
    const nowMs = clock.nowMs();
    const id = ids.uuid() as IntentId;
    const submission = submissionOf(call, { id, receiver, nowMs });
    const requests = this.requests(call, submission, receiver);
    const [only] = requests;
    const sending = this.sending(call, { id, receiver, session });
    await this.counted(call, session, () =>
      requests.length === 1 && only
        ? store.append(only, sending)
        : store.appendAll(requests, sending),
    );
    history.remember(id, receiver.parts);
    return { ok: true, intent_id: id, status: 'SUBMITTED', created_at: only?.event.at };
  }

  /** @throws ApiProblem for a session that is over or unknown */
  private async sessionOf(call: CreateCall): Promise<NamedSession | null> {
    const { gate, sessions } = this.options;
    const id = call.body.session_id ?? null;
    if (id === null) return null;
    return orRefused(gate, call, () => sessions.lasting(call.principal, id));
  }

  /** One action of its session. What may have been stored counts; what the gate refused at the last moment does not. */
  private async counted(
    call: CreateCall,
    session: NamedSession | null,
    append: () => Promise<unknown>,
  ): Promise<void> {
    const action = session === null ? null : await this.reserved(call, session);
    try {
      await append();
      action?.settle();
    } catch (error) {
      if (error instanceof ApiProblem) action?.release();
      else action?.settle();
      throw error;
    }
  }

  private async reserved(call: CreateCall, session: NamedSession): Promise<Reservation | null> {
    const { gate, costs } = this.options;
    const reserve = () => costs.reserve(senderOf(call.principal), null, session);
    const action = await orRefused(gate, call, reserve);
    gate.ended(call, null);
    return action;
  }

  private sending(
    call: CreateCall,
    intent: {
      readonly id: IntentId;
      readonly receiver: Receiver;
      readonly session: NamedSession | null;
    },
  ): Sending {
    const { gate } = this.options;
    const { id: intentId, session } = intent;
    const { address } = intent.receiver;
    const { principal } = call;
    const parties = principal.kind === 'sa' ? [principal.address, address] : [];
    const asks = gate.asksOf(call);
    const handing = gate.handing('intents.create', call, { asks, parties, intentId });
    return (send) => {
      // A kill may have come since it was looked at.
      if (session !== null) refuseEnded(session);
      return gate.handOver(handing, send);
    };
  }

  private requests(
    call: CreateCall,
    submission: Submission,
    { parts }: Receiver,
  ): AppendRequest<WorkEvent>[] {
    const { clock, ids } = this.options;
    const about = {
      actor: actorOf(call.principal),
      org: parts.org,
      workspace: parts.workspace,
      correlationId: call.traceId,
    };
    const envelope = (fact: WorkFact): WorkEvent => record(fact, about, clock, ids) as WorkEvent;
    const { intentId, deadlineAt } = submission;
    const submitted = {
      subject: intentSubject(parts, intentId),
      event: envelope({ type: 'IntentSubmitted', data: submission }),
    };
    if (deadlineAt === null) return [submitted];
    const wake: WorkFact = { type: 'DeadlineSet', data: { intentId, deadlineAt } };
    return [submitted, { subject: deadlineSubject(parts, intentId), event: envelope(wake) }];
  }

  private refuseRevoked({ address, parts }: Receiver): void {
    if (parts.kind !== 'agent' || !this.options.view.agent(address as never)?.revoked) return;
    throw new ApiProblem('not_found', `${address} was revoked: nobody will ever take its work.`);
  }

  /** A draining agent may send while it finishes what it was given. */
  private async refuseDrained({ principal, request, body }: CreateCall): Promise<void> {
    if (principal.kind !== 'sa') return;
    const [own] = this.options.gate.verdictsOf({ request });
    if (own === undefined || !own.allowed || own.heldBy?.mode !== 'drain') return;
    const inFlight = await this.options.hasWorkInHand(principal.address);
    const capability = `intent:${body.intent_type}`;
    this.options.gate.recheck({ address: principal.address, act: 'send', capability, inFlight });
  }
}

const submissionOf = (
  { body, principal }: CreateCall,
  made: { readonly id: IntentId; readonly receiver: Receiver; readonly nowMs: number },
): Submission => ({
  intentId: made.id,
  intentType: body.intent_type,
  correlationId: body.correlation_id,
  from: senderOf(principal),
  to: made.receiver.address,
  payload: body.payload,
  replyTo: body.reply_to ?? null,
  deadlineAt: deadlineOf(body.deadline_at ?? null, made.nowMs),
  maxDeliveryAttempts: body.max_delivery_attempts ?? ATTEMPTS,
  kept: keptFields(body),
});

const deadlineOf = (text: string | null, nowMs: number) => {
  if (text === null) return null;
  const deadlineMs = Date.parse(text);
  if (deadlineMs > nowMs) return toTimestamp(deadlineMs);
  throw invalidFields([{ in: 'body', path: 'deadline_at', message: 'must be in the future' }]);
};

const KEPT = [
  'remind_after_seconds',
  'remind_interval_seconds',
  'max_reminders',
  'escalate_to',
  'human_task',
  'session_id',
] as const;

const keptFields = (body: CreateCall['body']): JsonObject =>
  Object.fromEntries(
    KEPT.filter((name) => body[name] !== undefined && body[name] !== null).map((name) => [
      name,
      body[name],
    ]),
  ) as JsonObject;
