import {
  activityEvents,
  type ActivityEvent,
  type ActivityFact,
  activitySubject,
  type Address,
  type ControlEvent,
  type ControlFact,
  controlSubject,
  type GatewayId,
  LOG_SUBJECT,
  partsOf,
  type RegionName,
  type StopOrderId,
  type Timestamp,
} from '#contracts';
import type { AppendRequest } from '#event-store';

/** Events with fixed ids and times, for specs. */

export const address = 'agent://acme/production/email' as Address;
export const region = 'eu' as RegionName;
const gateway = 'eu-1' as GatewayId;
export const orderId = `stop_${'a'.repeat(20)}` as StopOrderId;
export const START_MS = Date.parse('2026-01-31T03:00:00.000Z');
export const timeOf = (ms: number): Timestamp => new Date(ms).toISOString();

const envelope = (n: number, kind: string) => ({
  id: `0190f1a0-0000-7000-8${kind}00-${n.toString(16).padStart(12, '0')}`,
  version: 1,
  at: timeOf(START_MS + n * 10),
  org: 'acme',
  workspace: 'production',
  actor: { kind: 'system', id: 'spec', via: 'spec' } as const,
  reason: null,
  correlation_id: 'spec',
  causation_id: null,
  signature: null,
});

const control = (n: number, subject: string, fact: ControlFact): AppendRequest<ControlEvent> => ({
  subject,
  event: { ...envelope(n, 'c'), ...fact },
});

export const logStarted = (incarnation: string): AppendRequest<ControlEvent> =>
  control(0, LOG_SUBJECT, { type: 'LogStarted', data: { incarnation } });

const stopSubject = controlSubject('acme', 'production', 'stop', orderId);

export const stopOrdered = (n: number): AppendRequest<ControlEvent> =>
  control(n, stopSubject, {
    type: 'StopOrdered',
    data: {
      orderId,
      mode: 'halt',
      selector: { agent: address },
      reason: 'rogue',
      expiresAt: null,
      drainUntil: null,
    },
  });

export const stopLifted = (n: number): AppendRequest<ControlEvent> =>
  control(n, stopSubject, {
    type: 'StopLifted',
    data: { orderId, reason: 'fixed', cause: 'operator' },
  });

const versions = new Map<string, number>(
  activityEvents.map(({ type, version }) => [type, version]),
);

const activity = (n: number, fact: ActivityFact, of: Address): AppendRequest<ActivityEvent> => {
  const { org, workspace, name } = partsOf(of);
  return {
    subject: activitySubject(region, org, workspace, name),
    event: { ...envelope(n, 'a'), ...fact, version: versions.get(fact.type) ?? 1 },
  };
};

/** One heartbeat, ten thousandths of a second after the one before; it reports one intent and a cent. */
export const heartbeat = (n: number, of = address): AppendRequest<ActivityEvent> =>
  activity(
    n,
    {
      type: 'HeartbeatReceived',
      data: {
        address: of,
        region,
        gateway,
        instance: 'i-1',
        answered: 'healthy',
        usage: {
          intentsTotal: 1,
          intentsSucceeded: 1,
          intentsFailed: 0,
          costMicroUsd: 10_000,
          tokensIn: 5,
          tokensOut: 7,
          avgLatencyMs: 20,
        },
      },
    },
    of,
  );

export const refusal = (n: number, of = address): AppendRequest<ActivityEvent> =>
  activity(
    n,
    {
      type: 'DecisionsCounted',
      data: {
        address: of,
        region,
        gateway,
        from: timeOf(START_MS + n * 10),
        to: timeOf(START_MS + n * 10 + 250),
        decisions: [
          { act: 'intent.send', refusedBy: 'agent_killed', orderId, subject: null, count: 2 },
          { act: 'intent.send', refusedBy: null, orderId: null, subject: null, count: 3 },
        ],
      },
    },
    of,
  );

export const stopApplied = (n: number): AppendRequest<ActivityEvent> =>
  activity(
    n,
    {
      type: 'StopApplied',
      data: {
        orderId,
        region,
        gateway,
        boot: 1,
        position: 2,
        appliedAfterMs: 0.5,
        cut: { streams: 1, calls: 0 },
        before: {
          last: { at: timeOf(START_MS), address, act: 'intent.send', subject: 'email.send.v1' },
          lastMinute: 3,
          lastHour: 40,
          since: timeOf(START_MS - 3_600_000),
        },
      },
    },
    address,
  );

/** An event of a build that is newer than this one. */
export const fromTheFuture = (n: number): AppendRequest<ActivityEvent> => {
  const known = heartbeat(n);
  const event = { ...known.event, type: 'AgentPraised' } as unknown as ActivityEvent;
  return { ...known, event };
};
