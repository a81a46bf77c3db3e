import type { ControlEvent, ControlFact, StopMode } from '#contracts';

const ordered: Readonly<Record<StopMode, string>> = {
  halt: 'agent.killed',
  pause: 'agent.paused',
  quarantine: 'agent.quarantined',
  drain: 'agent.draining',
};

/** `null`: worth an audit line, but no fact about the fleet. A new kind of event does not compile until it is named here. */
const names: Readonly<Record<Exclude<ControlFact['type'], 'StopOrdered'>, string | null>> = {
  StopRepeated: null,
  StopReasonGiven: null,
  StopLiftRequested: null,
  StopLifted: 'agent.resumed',
  AgentRegistered: 'agent.registered',
  AgentTagged: 'agent.tagged',
  AgentDescribed: 'agent.described',
  AgentRevoked: 'agent.revoked',
  OrganizationCreated: 'organization.created',
  WorkspaceCreated: 'workspace.created',
  OrganizationSettingsChanged: 'organization.settings_changed',
  WorkspaceSettingsChanged: 'workspace.settings_changed',
  KeyIssued: 'key.created',
  KeyRevoked: 'key.revoked',
  LogStarted: 'mesh.started',
  LogRestored: 'mesh.log_restored',
  NodeJoined: 'node.joined',
  NodeLeft: 'node.left',
  NodeRemoved: 'node.removed',
  NodeKeyRotated: 'node.key_rotated',
  GatewayJoined: 'gateway.joined',
  GatewayLeft: 'gateway.left',
  GatewayRemoved: 'gateway.removed',
  GatewayKeyRotated: 'gateway.key_rotated',
  DrillRun: 'drill.run',
  AgentDelegated: 'agent.delegated',
  KeyRetired: 'key.rotated',
  PolicySet: 'policy.changed',
  PolicyRemoved: 'policy.removed',
  PolicyBreached: 'policy.breached',
  AgentRestricted: 'agent.restricted',
  RestrictionLifted: 'agent.unrestricted',
  BudgetSet: 'budget.changed',
  BudgetRemoved: 'budget.removed',
  BudgetToppedUp: 'budget.topped_up',
  SessionKilled: 'session.killed',
  WebhookSubscribed: 'webhook.subscribed',
  WebhookRevoked: 'webhook.revoked',
};

/** What `GET /v1/mesh/events` calls it. A stop that covers more than one agent has the same name and no address. */
export const meshEventOf = (event: ControlEvent): string | null =>
  event.type === 'StopOrdered' ? ordered[event.data.mode] : names[event.type];

/** The fleet's name of a change of health by the passing of time. */
export const healthEventOf = (to: string): string => {
  switch (to) {
    case 'degraded':
      return 'agent.stale';
    case 'unreachable':
      return 'agent.unreachable';
    default:
      return 'agent.healthy';
  }
};
