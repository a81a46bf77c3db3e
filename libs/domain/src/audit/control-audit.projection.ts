import { type ControlEvent, formatSelector, type JsonObject, orgOf, workspaceOf } from '#contracts';
import { shownSubscription } from '../webhook/shown-subscription.js';
import type { AuditRow, RefusedEvent, RowOperation } from './audit-rows.js';
import { auditLine } from './audit-line.js';
import { legible, legibleDetails, legibleOrNull } from './legible.js';
import { meshEventOf } from './mesh-event-names.js';

/**
 * What a control event puts into the read model: one line of the audit, and what it changes about an order. One that
 * gateways and nodes refuse leaves its line, says so, and changes nothing; it is no fact about the fleet.
 */
export const projectControl = (
  sequence: number,
  event: ControlEvent,
  refused: RefusedEvent | null = null,
): RowOperation[] => {
  const row = controlLine(sequence, event);
  if (refused !== null) return [{ into: 'audit_log', row: { ...row, mesh_event: null, refused } }];
  return [{ into: 'audit_log', row }, ...orderOperations(sequence, event)];
};

const controlLine = (sequence: number, event: ControlEvent): AuditRow => ({
  ...auditLine('CONTROL', sequence, event),
  mesh_event: meshEventOf(event),
  address: addressOf(event),
  order_id: 'orderId' in event.data ? event.data.orderId : null,
  reason: legibleOrNull(('reason' in event.data ? event.data.reason : null) ?? event.reason),
  details: detailsOf(event),
});

const addressOf = (event: ControlEvent): string | null => {
  if ('selector' in event.data) {
    return 'agent' in event.data.selector ? event.data.selector.agent : null;
  }
  if (event.type === 'KeyIssued') {
    return event.data.holder.kind === 'sa' ? event.data.holder.address : null;
  }
  return 'address' in event.data ? event.data.address : null;
};

/** The log holds the hash of a key's secret, for the gateways; nobody else needs it. */
const detailsOf = (event: ControlEvent): JsonObject => {
  if (event.type === 'WebhookSubscribed') return legibleDetails(shownSubscription(event.data));
  if (event.type !== 'KeyIssued') return legibleDetails(event.data);
  return legibleDetails({ ...event.data, secretSha256: undefined });
};

const orderOperations = (sequence: number, event: ControlEvent): RowOperation[] => {
  switch (event.type) {
    case 'StopOrdered':
      return [orderPlaced(sequence, event)];
    case 'StopRepeated':
      return [{ into: 'order_repeats', row: { order_id: event.data.orderId, repeats: 1 } }];
    case 'StopReasonGiven': {
      const reason = legible(event.data.reason);
      return [{ into: 'order_reasons', row: { order_id: event.data.orderId, reason } }];
    }
    case 'StopLifted':
      return [orderLifted(sequence, event)];
    default:
      // Whether a new event concerns orders is decided where its name is: meshEventOf does not compile without it.
      return [];
  }
};

const orderPlaced = (
  sequence: number,
  { data, actor, at }: ControlEvent & { type: 'StopOrdered' },
): RowOperation => ({
  into: 'orders',
  row: {
    order_id: data.orderId,
    sequence,
    org: orgOf(data.selector),
    workspace: workspaceOf(data.selector),
    mode: data.mode,
    selector: formatSelector(data.selector),
    address: 'agent' in data.selector ? data.selector.agent : null,
    reason: legibleOrNull(data.reason),
    actor_kind: actor.kind,
    actor_id: legible(actor.id),
    actor_via: legible(actor.via),
    ordered_at: at,
    expires_at: data.expiresAt,
    drain_until: data.drainUntil,
  },
});

const orderLifted = (
  sequence: number,
  { data, actor, at }: ControlEvent & { type: 'StopLifted' },
): RowOperation => ({
  into: 'order_lifts',
  row: {
    order_id: data.orderId,
    lifted_at: at,
    lift_sequence: sequence,
    lift_cause: data.cause,
    lift_reason: legibleOrNull(data.reason),
    lift_actor_kind: actor.kind,
    lift_actor_id: legible(actor.id),
    lift_actor_via: legible(actor.via),
  },
});
