import type { ActivityEvent, Before, LastAct } from '#contracts';
import { auditLine } from './audit-line.js';
import type { RowOperation } from './audit-rows.js';
import { legibleDetails, legibleOrNull } from './legible.js';

/** A gateway's word that it applied a stop: a line of the audit, and the receipt of the order. */
export const stopApplied = (
  sequence: number,
  event: ActivityEvent & { type: 'StopApplied' },
): RowOperation[] => {
  const { orderId, region, gateway, boot, position, appliedAfterMs, cut, before } = event.data;
  return [
    {
      into: 'audit_log',
      row: {
        ...auditLine('ACTIVITY', sequence, event),
        mesh_event: null,
        address: null,
        order_id: orderId,
        details: legibleDetails(event.data),
      },
    },
    {
      into: 'order_receipts',
      row: {
        order_id: orderId,
        gateway,
        boot,
        region,
        sequence,
        at: event.at,
        position,
        applied_after_ms: appliedAfterMs,
        cut_streams: cut.streams,
        cut_calls: cut.calls,
        ...beforeOf(before),
      },
    },
  ];
};

const NOTHING_BEFORE = {
  before_last_at: null,
  before_last_address: null,
  before_last_act: null,
  before_last_subject: null,
};

const beforeOf = (before: Before | null) =>
  before === null
    ? { ...NOTHING_BEFORE, before_minute: null, before_hour: null, before_since: null }
    : {
        ...(before.last === null ? NOTHING_BEFORE : lastBefore(before.last)),
        before_minute: before.lastMinute,
        before_hour: before.lastHour,
        before_since: before.since,
      };

const lastBefore = ({ at, address, act, subject }: LastAct) => ({
  before_last_at: at,
  before_last_address: address,
  before_last_act: act,
  before_last_subject: legibleOrNull(subject),
});
