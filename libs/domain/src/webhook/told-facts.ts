import {
  formatMicro,
  formatSelector,
  type Address,
  type ActivityEvent,
  type BudgetScope,
  type ControlEvent,
} from '#contracts';
import { healthEventOf } from '../audit/mesh-event-names.js';

/** What webhooks are told of one event of a log; `null`: nothing. Nothing that is a secret is in it, sealed or hashed. */
export interface ToldFact {
  readonly type: string;
  readonly about: Address | null;
  /** One line for people. */
  readonly says: string;
  readonly data: Readonly<Record<string, unknown>>;
}

type Of<T extends ControlEvent['type']> = Extract<ControlEvent, { type: T }>['data'];
type Telling = { readonly [T in ControlEvent['type']]: ((data: Of<T>) => ToldFact) | null };

const fact = (
  type: string,
  says: string,
  { about = null, ...data }: { readonly about?: Address | null; readonly [field: string]: unknown },
): ToldFact => ({ type, about, says, data: about === null ? data : { agent: about, ...data } });

const who = (selector: Of<'StopOrdered'>['selector']): string => formatSelector(selector);

/** The scope in words; equal to what a selector of it would be. */
export const scopeText = (scope: BudgetScope): string => {
  if ('agent' in scope) return scope.agent;
  if ('session' in scope) return `session ${scope.session}`;
  if ('tag' in scope) return `tag:${scope.tag}`;
  return 'namespace' in scope ? `ns:${scope.namespace}` : `org:${scope.org}`;
};

const budget = (data: Of<'BudgetSet'> | Of<'BudgetRemoved'> | Of<'BudgetToppedUp'>) => ({
  about: 'agent' in data.scope ? data.scope.agent : null,
  scope: data.scope,
  currency: data.currency,
  per: data.per,
});

const stops = {
  StopOrdered: ({ orderId, mode, selector, expiresAt, drainUntil }: Of<'StopOrdered'>) =>
    fact('stop.ordered', `${mode} ordered for ${who(selector)}`, {
      about: 'agent' in selector ? selector.agent : null,
      ...{ order_id: orderId, mode, selector, expires_at: expiresAt, drain_until: drainUntil },
    }),
  StopLifted: ({ orderId, cause }: Of<'StopLifted'>) =>
    fact('stop.lifted', `the stop ${orderId} was lifted`, { order_id: orderId, cause }),
  StopRepeated: null,
  StopReasonGiven: null,
  StopLiftRequested: ({ orderId, expiresAt }: Of<'StopLiftRequested'>) =>
    fact('stop.lift_requested', `a second person is needed to lift ${orderId}`, {
      ...{ order_id: orderId, expires_at: expiresAt },
    }),
};

const agents = {
  AgentRegistered: ({ address }: Of<'AgentRegistered'>) =>
    fact('agent.registered', `${address} was registered`, { about: address }),
  AgentTagged: ({ address, tags }: Of<'AgentTagged'>) =>
    fact('agent.tagged', `${address} has other tags`, { about: address, tags }),
  AgentDescribed: null,
  AgentRevoked: ({ address }: Of<'AgentRevoked'>) =>
    fact('agent.revoked', `${address} was revoked for good`, { about: address }),
  AgentDelegated: ({ address, parent }: Of<'AgentDelegated'>) =>
    fact('agent.delegated', `${parent} delegated to ${address}`, { about: address, parent }),
  AgentRestricted: (data: Of<'AgentRestricted'>) =>
    fact('agent.restricted', `${data.policy} restricts ${data.address} until ${data.until}`, {
      ...{ about: data.address, policy: data.policy, rule: data.rule, until: data.until },
      ...{ breach_id: data.breachId, per_second: data.perSecond },
    }),
  RestrictionLifted: ({ address, policy }: Of<'RestrictionLifted'>) =>
    fact('agent.unrestricted', `${policy} no longer restricts ${address}`, {
      ...{ about: address, policy },
    }),
};

const keys = {
  KeyIssued: ({ keyId, holder }: Of<'KeyIssued'>) =>
    fact('key.created', `the key ${keyId} was issued`, {
      about: holder.kind === 'sa' ? holder.address : null,
      ...{ key_id: keyId, kind: holder.kind, name: holder.kind === 'op' ? holder.name : null },
    }),
  KeyRevoked: ({ keyId }: Of<'KeyRevoked'>) =>
    fact('key.revoked', `the key ${keyId} was revoked`, { key_id: keyId }),
  KeyRetired: ({ keyId, replacedBy, expiresAt }: Of<'KeyRetired'>) =>
    fact('key.rotated', `the key ${keyId} is replaced by ${replacedBy}`, {
      ...{ key_id: keyId, replaced_by: replacedBy, expires_at: expiresAt },
    }),
};

const policies = {
  PolicySet: ({ policy, document }: Of<'PolicySet'>) =>
    fact('policy.changed', `the policy ${policy} is now in ${document.mode}`, {
      ...{ policy, mode: document.mode },
    }),
  PolicyRemoved: ({ policy }: Of<'PolicyRemoved'>) =>
    fact('policy.removed', `the policy ${policy} was removed`, { policy }),
  PolicyBreached: (data: Of<'PolicyBreached'>) =>
    fact('policy.breached', `${data.address} breached ${data.policy}: ${data.evidence.says}`, {
      ...{ about: data.address, breach_id: data.breachId, policy: data.policy, rule: data.rule },
      ...{ outcome: data.outcome, mode: data.mode, order_id: data.orderId },
      evidence: data.evidence,
    }),
};

const budgets = {
  BudgetSet: (data: Of<'BudgetSet'>) =>
    fact('budget.changed', `the cap of ${scopeText(data.scope)} is ${capOf(data)}`, {
      ...budget(data),
      cap: formatMicro(data.capMicro),
    }),
  BudgetRemoved: (data: Of<'BudgetRemoved'>) =>
    fact('budget.removed', `${scopeText(data.scope)} has no cap any more`, budget(data)),
  BudgetToppedUp: (data: Of<'BudgetToppedUp'>) =>
    fact('budget.topped_up', `${scopeText(data.scope)} may spend more until ${data.until}`, {
      ...{ ...budget(data), amount: formatMicro(data.amountMicro), until: data.until },
    }),
};

const capOf = ({ capMicro, currency, per }: Of<'BudgetSet'>): string =>
  `${formatMicro(capMicro)} ${currency} per ${per}`;

const mesh = {
  GatewayJoined: ({ gateway, region, boot }: Of<'GatewayJoined'>) =>
    fact('gateway.joined', `the gateway ${gateway} joined`, { gateway, region, boot }),
  GatewayLeft: ({ gateway, boot }: Of<'GatewayLeft'>) =>
    fact('gateway.left', `the gateway ${gateway} left`, { gateway, boot }),
  GatewayRemoved: ({ gateway, boot, silentForMs }: Of<'GatewayRemoved'>) =>
    fact('gateway.removed', `the gateway ${gateway} was silent and was removed`, {
      ...{ gateway, boot, silent_for_ms: silentForMs },
    }),
  NodeRemoved: ({ node }: Of<'NodeRemoved'>) =>
    fact('node.removed', `the control node ${node} was silent and was removed`, { node }),
  LogRestored: () => fact('mesh.log_restored', 'the control log was restored', {}),
};

const telling: Telling = {
  ...stops,
  ...agents,
  ...keys,
  ...policies,
  ...budgets,
  ...mesh,
  SessionKilled: ({ sessionId, namespace }) =>
    fact('session.killed', `the session ${sessionId} was killed`, {
      ...{ session_id: sessionId, namespace },
    }),
  OrganizationCreated: null,
  WorkspaceCreated: null,
  OrganizationSettingsChanged: () =>
    fact('organization.settings_changed', 'settings of the org changed', {}),
  WorkspaceSettingsChanged: ({ workspace, onFence }) =>
    fact('workspace.settings_changed', `${workspace} while fenced: ${onFence}`, {
      ...{ workspace, on_fence: onFence },
    }),
  LogStarted: null,
  NodeJoined: null,
  NodeLeft: null,
  NodeKeyRotated: null,
  GatewayKeyRotated: null,
  DrillRun: null,
  // Who is told of what is no news to those who are told.
  WebhookSubscribed: null,
  WebhookRevoked: null,
};

/** Of the control log. */
export const toldOfControl = (event: ControlEvent): ToldFact | null => {
  const tell = telling[event.type] as ((data: unknown) => ToldFact) | null;
  return tell === null ? null : tell(event.data);
};

/** Of the activity log: changes of health, and what policies saw without acting. */
export const toldOfActivity = (event: ActivityEvent): ToldFact | null => {
  switch (event.type) {
    case 'HealthChanged': {
      const { address, from, to, lastHeartbeatAt } = event.data;
      return fact(healthEventOf(to), `${address} is ${to}; it was ${from}`, {
        ...{ about: address, from, to, last_heartbeat_at: lastHeartbeatAt },
      });
    }
    case 'BreachSeen':
      return noticed('policy.would_act', event.data, { breach_id: event.data.breachId });
    case 'LimitNear':
      return noticed('policy.limit_near', event.data, {});
    case 'PolicyBraked':
      return noticed('policy.braked', event.data, { brake: event.data.brake });
    case 'DecisionsCounted':
    case 'HeartbeatReceived':
    case 'StopApplied':
      return null;
  }
};

type Noticed = Extract<
  ActivityEvent,
  { type: 'BreachSeen' | 'LimitNear' | 'PolicyBraked' }
>['data'];

const noticed = (type: string, data: Noticed, more: Readonly<Record<string, unknown>>): ToldFact =>
  fact(type, `${data.policy}: ${data.evidence.says}`, {
    ...{ about: data.address, policy: data.policy, rule: data.rule, evidence: data.evidence },
    ...more,
  });
