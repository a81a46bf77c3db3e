import type {
  ActivityEvent,
  Address,
  DecisionCount,
  GatewayId,
  PolicyName,
  SessionId,
} from '#contracts';
import { msOf } from '../time/timestamp.js';

/** What one event of the activity log tells about one agent, ready to be measured. */
export interface Observation {
  readonly address: Address;
  readonly gateway: GatewayId;
  /** When it happened, by the log's clock. Never after `storedAtMs`. */
  readonly atMs: number;
  /** When the log stored it. */
  readonly storedAtMs: number;
  /** Intents that passed the gate. */
  sent: number;
  received: number;
  /** Tool calls that passed the gate. */
  guarded: number;
  /** What the gate refused, and what that has to do with the agent. */
  refused: number;
  /** Millionths of a dollar. */
  costReported: number;
  costDeclared: number;
  tokens: number;
  /** Intents that the agent reported, and those of them that failed. */
  reported: number;
  failed: number;
  readonly isHeartbeat: boolean;
  /** Acts with a type or tool that passed, or that a rule refused by it. */
  readonly names: NamedAct[];
  readonly sessions: SessionAct[];
}

export interface NamedAct {
  readonly act: DecisionCount['act'];
  readonly name: string;
  /** The rule that refused it; `null`: it passed. */
  readonly refusedBy: { readonly policy: PolicyName; readonly rule: number } | null;
}

export interface SessionAct {
  readonly session: SessionId;
  readonly actions: number;
  readonly costMicro: number;
}

/** Refused for what the mesh lacks, and for nothing that the agent did. */
const notItsFault: ReadonlySet<string> = new Set([
  'gateway_fenced',
  'log_unavailable',
  'ledger_unavailable',
  'command_api_unavailable',
  'read_model_unavailable',
  'backlog_full',
  'internal_error',
]);

type Measured = Extract<ActivityEvent, { type: 'DecisionsCounted' | 'HeartbeatReceived' }>;

export const isMeasured = (event: ActivityEvent): event is Measured =>
  event.type === 'DecisionsCounted' || event.type === 'HeartbeatReceived';

/** When the gateway says that it happened: the end of the window that was counted. */
export const gatewayTimeMs = (event: Measured): number =>
  msOf(event.type === 'DecisionsCounted' ? event.data.to : event.at);

export const observationOf = (
  event: Measured,
  { atMs, storedAtMs }: { readonly atMs: number; readonly storedAtMs: number },
): Observation => {
  const seen: Observation = {
    address: event.data.address,
    gateway: event.data.gateway,
    atMs,
    storedAtMs,
    sent: 0,
    received: 0,
    guarded: 0,
    refused: 0,
    costReported: 0,
    costDeclared: 0,
    tokens: 0,
    reported: 0,
    failed: 0,
    isHeartbeat: event.type === 'HeartbeatReceived',
    names: [],
    sessions: [],
  };
  if (event.type === 'DecisionsCounted') event.data.decisions.forEach((one) => decided(seen, one));
  else reportedIn(seen, event);
  return seen;
};

const reportedIn = (
  seen: Observation,
  { data: { usage } }: Measured & { type: 'HeartbeatReceived' },
): void => {
  if (usage === null) return;
  seen.costReported = usage.costMicroUsd;
  seen.tokens = usage.tokensIn + usage.tokensOut;
  seen.reported = usage.intentsTotal;
  seen.failed = usage.intentsFailed;
};

const decided = (seen: Observation, decision: DecisionCount): void => {
  const { subject, refusedBy } = decision;
  if (refusedBy === null) passed(seen, decision);
  else if (!notItsFault.has(refusedBy)) seen.refused += decision.count;
  if (subject !== null && namedActs.has(decision.act)) named(seen, subject, decision);
};

const namedActs: ReadonlySet<DecisionCount['act']> = new Set([
  'guard',
  'intent.send',
  'intent.receive',
]);

const named = (seen: Observation, name: string, decision: DecisionCount): void => {
  const { act, refusedBy, policy, rule } = decision;
  if (refusedBy === null) seen.names.push({ act, name, refusedBy });
  if (refusedBy !== 'policy_blocked' || policy === undefined || rule === undefined) return;
  seen.names.push({ act, name, refusedBy: { policy, rule } });
};

const passed = (seen: Observation, { act, count, session, costMicroUsd }: DecisionCount): void => {
  if (act === 'intent.send') seen.sent += count;
  else if (act === 'intent.receive') seen.received += count;
  else if (act === 'guard') seen.guarded += count;
  const costMicro = costMicroUsd ?? 0;
  seen.costDeclared += costMicro;
  const isAction = act === 'guard' || act === 'intent.send';
  if (session !== undefined)
    seen.sessions.push({ session, actions: isAction ? count : 0, costMicro });
};
