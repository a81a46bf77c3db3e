import {
  controlSubject,
  workspaceOf,
  type Actor,
  type ControlEvent,
  type StopEvent,
} from '#contracts';
import {
  LIFT_REQUEST_MS,
  needsTwoPersons,
  stopDecider,
  type StopCommand,
  type StopOrder,
  type StopState,
} from '#domain';
import type { AppendRequest } from '#event-store';
import { ApiProblem, record, toTimestamp } from '#platform';
import type { Control } from '../control/control.js';

export interface LiftWish {
  readonly actor: Actor;
  readonly traceId: string;
  readonly reason: string | null;
  readonly cause: 'operator' | 'expiry';
  /** How long to wait for the gateways, milliseconds. */
  readonly timeoutMs: number;
  /** The orders to lift, chosen on the fold as it is after everything that was answered before. All or none are lifted. */
  choose(): readonly StopOrder[];
}

/** `request`: another person has to say the same; what is appended lifts nothing. */
export interface LiftDecision {
  readonly kind: 'lift' | 'request';
  readonly requests: readonly AppendRequest<ControlEvent>[];
}

/** The log's own time, where an echo has told it. */
export const logNowMs = ({ parts: { node, clock } }: Control): number =>
  node.logTimeMs ?? clock.nowMs();

/** @throws ApiProblem `root_cause_required` for a quarantine without one */
export const decideLift = (
  control: Control,
  wish: LiftWish,
  orders: readonly StopOrder[],
): LiftDecision => {
  const decisions = orders.map((order) => decide(control, wish, order));
  const requested = decisions.find(({ kind }) => kind === 'request');
  if (requested) return requested;
  return { kind: 'lift', requests: decisions.flatMap(({ requests }) => requests) };
};

const decide = (control: Control, wish: LiftWish, order: StopOrder): LiftDecision => {
  const nowMs = logNowMs(control);
  const { orderId, selector } = order;
  const { reason, cause, actor: by } = wish;
  const common = { orderId, reason, by, at: toTimestamp(nowMs) };
  const twoPersons = needsTwoPersons(control.view, selector);
  const state = stateOf(order);
  const lift = stopDecider.decide({ type: 'LiftStop', ...common, cause, twoPersons }, state);
  if (lift.accepted) return { kind: 'lift', requests: said(control, wish, order, lift.events) };
  if (lift.rejection !== 'SECOND_PERSON_REQUIRED') throw refusal(order);
  const expiresAt = toTimestamp(nowMs + LIFT_REQUEST_MS);
  const request: StopCommand = { type: 'RequestLift', ...common, expiresAt };
  const asked = stopDecider.decide(request, state);
  if (!asked.accepted) throw refusal(order);
  return { kind: 'request', requests: said(control, wish, order, asked.events) };
};

const said = (
  { parts: { clock, ids } }: Control,
  { actor, traceId, reason }: LiftWish,
  { org, selector, orderId, lastSequence }: StopOrder,
  facts: readonly StopEvent[],
): AppendRequest<ControlEvent>[] => {
  const workspace = workspaceOf(selector);
  const about = { actor, org, workspace, correlationId: traceId, reason };
  return facts.map((fact) => ({
    subject: controlSubject(org, workspace, 'stop', orderId),
    event: record(fact, about, clock, ids) as ControlEvent,
    expect: { lastSequence },
  }));
};

const stateOf = ({ orderId, lift, liftRequest, mode, selector, ...order }: StopOrder): StopState =>
  lift === null
    ? {
        status: 'standing',
        mode,
        selector,
        reason: order.reason,
        expiresAt: order.expiresAt,
        liftRequest: liftRequest && { orderId, ...liftRequest },
      }
    : { status: 'lifted', reason: order.reason };

const refusal = ({ orderId }: StopOrder): ApiProblem =>
  new ApiProblem(
    'root_cause_required',
    `${orderId} is a quarantine: write in "reason" what was found and mended, then lift it.`,
    {
      details: {
        order_id: orderId,
        fields: [{ in: 'body', path: 'reason', message: 'is required' }],
      },
    },
  );
