import {
  type ActivityEvent,
  type DecisionCount,
  partsOf,
  type Timestamp,
  type Usage,
} from '#contracts';
import { auditLine } from './audit-line.js';
import type { RowOperation, UsageField, UsageSum } from './audit-rows.js';
import { legibleDetails, legibleOrNull } from './legible.js';
import { healthEventOf } from './mesh-event-names.js';
import { stopApplied } from './stop-applied.projection.js';
import { NO_NEWS, SUM_MAX, used, usageOf } from './usage.js';

/** What a fact of the activity log puts into the read model. What was allowed is counted; what was refused has its line. */
export const projectActivity = (sequence: number, event: ActivityEvent): RowOperation[] => {
  switch (event.type) {
    case 'DecisionsCounted':
      return decisionsCounted(sequence, event);
    case 'HeartbeatReceived':
      return heartbeatReceived(event);
    case 'StopApplied':
      return stopApplied(sequence, event);
    case 'HealthChanged':
      return healthChanged(sequence, event);
    case 'BreachSeen':
    case 'LimitNear':
    case 'PolicyBraked':
      return policyNoticed(sequence, event);
  }
};

/** Which sum an allowed act counts in; reading and asking for one's own health count in none. */
const sumOfAct: Readonly<Record<DecisionCount['act'], UsageField | null>> = {
  'intent.send': 'sent',
  'intent.receive': 'received',
  'intent.deliver': 'delivered',
  'intent.answer': 'answered',
  guard: 'guarded',
  'intent.read': null,
  heartbeat: null,
};

const fieldOf = ({ act, refusedBy }: DecisionCount): UsageField | null =>
  refusedBy === null ? sumOfAct[act] : 'refused';

const countDecisions = (decisions: readonly DecisionCount[]): UsageSum => {
  const counts: Partial<Record<UsageField, number>> = {};
  for (const decision of decisions) {
    const field = fieldOf(decision);
    if (field !== null) counts[field] = (counts[field] ?? 0) + decision.count;
  }
  return usageOf(counts);
};

const decisionsCounted = (
  sequence: number,
  event: ActivityEvent & { type: 'DecisionsCounted' },
): RowOperation[] => {
  const { address, region, gateway, from, to, decisions } = event.data;
  const refusals = decisions.filter(({ refusedBy }) => refusedBy !== null);
  // What passed without a proof has a line of its own, as a refusal has.
  const told = decisions.filter(({ refusedBy, stale }) => refusedBy !== null || stale === true);
  const lines = told.map((decision, part): RowOperation => {
    const { orderId, ...decided } = decision;
    return {
      into: 'audit_log',
      row: {
        ...auditLine('ACTIVITY', sequence, event),
        ...partsOfAgent(address),
        part,
        mesh_event: null,
        address,
        order_id: orderId,
        details: legibleDetails({ ...decided, region, gateway, from, to }),
      },
    };
  });
  const sums = refusals.flatMap((refusal) => refusalsOf(refusal, { region, gateway, from, to }));
  return [...lines, ...sums, ...used(address, from, countDecisions(decisions))];
};

interface Window {
  readonly region: string;
  readonly gateway: string;
  readonly from: Timestamp;
  readonly to: Timestamp;
}

const refusalsOf = (
  { orderId, act, count }: DecisionCount,
  { region, gateway, from, to }: Window,
): RowOperation[] => {
  if (orderId === null) return [];
  const place = { order_id: orderId, gateway, act, region };
  const row = { ...place, refused: Math.min(count, SUM_MAX), first_at: from, last_at: to };
  return [{ into: 'order_refusals', row }];
};

const partsOfAgent = (address: Parameters<typeof partsOf>[0]) => {
  const { org, workspace } = partsOf(address);
  return { org, workspace };
};

const heartbeatReceived = (
  event: ActivityEvent & { type: 'HeartbeatReceived' },
): RowOperation[] => {
  const { address, region, gateway, instance, usage } = event.data;
  return used(address, event.at, usageOf({ heartbeats: 1, ...(usage && reported(usage)) }), {
    ...NO_NEWS,
    last_heartbeat_at: event.at,
    last_instance: legibleOrNull(instance),
    last_gateway: gateway,
    last_region: region,
  });
};

const reported = (usage: Usage): Partial<Record<UsageField, number>> => ({
  intents_total: usage.intentsTotal,
  intents_succeeded: usage.intentsSucceeded,
  intents_failed: usage.intentsFailed,
  cost_micro_usd: usage.costMicroUsd,
  tokens_in: usage.tokensIn,
  tokens_out: usage.tokensOut,
  latency_ms_total: (usage.avgLatencyMs ?? 0) * usage.intentsTotal,
  latency_intents: usage.avgLatencyMs === null ? 0 : usage.intentsTotal,
});

const healthChanged = (
  sequence: number,
  event: ActivityEvent & { type: 'HealthChanged' },
): RowOperation[] => {
  const { address, to } = event.data;
  return [
    {
      into: 'audit_log',
      row: {
        ...auditLine('ACTIVITY', sequence, event),
        ...partsOfAgent(address),
        mesh_event: healthEventOf(to),
        address,
        order_id: null,
        details: legibleDetails(event.data),
      },
    },
    {
      into: 'agents',
      row: { address, ...partsOfAgent(address), ...NO_NEWS, health: to, ...usageOf({}) },
    },
  ];
};

const noticeNames = {
  BreachSeen: 'policy.would_act',
  LimitNear: 'policy.limit_near',
  PolicyBraked: 'policy.braked',
} as const;

const policyNoticed = (
  sequence: number,
  event: ActivityEvent & { type: keyof typeof noticeNames },
): RowOperation[] => [
  {
    into: 'audit_log',
    row: {
      ...auditLine('ACTIVITY', sequence, event),
      mesh_event: noticeNames[event.type],
      address: event.data.address,
      order_id: null,
      details: legibleDetails(event.data),
    },
  },
];
