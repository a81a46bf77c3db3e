import { randomBytes } from 'node:crypto';
import {
  controlSubject,
  LOG_SUBJECT,
  type Actor,
  type ControlEvent,
  type ControlFact,
  type Role,
} from '#contracts';
import {
  keyDecider,
  logDecider,
  organizationDecider,
  workspaceDecider,
  type Decider,
} from '#domain';
import { decideAndAppend, type EventStore } from '#event-store';
import { keyHint, record, sha256Hex, systemClock, systemIds } from '#platform';
import { tokenOf, type Credentials } from './credentials.js';

interface FirstFact<State, Command, Fact extends ControlFact, Rejection extends string> {
  readonly subject: string;
  readonly decider: Decider<State, Command, Fact, Rejection>;
  readonly command: Command;
  readonly org: string | null;
  readonly workspace: string | null;
}

const ACTOR: Actor = { kind: 'system', id: 'provision', via: 'start' };

/**
 * Writes a fact unless the log holds it. A refusal means that it was there and went on from there (the admin key was
 * revoked, say): that stays as it is.
 */
const ensure = async <State, Command, Fact extends ControlFact, Rejection extends string>(
  store: EventStore<ControlEvent>,
  first: FirstFact<State, Command, Fact, Rejection>,
): Promise<void> => {
  const { subject, decider, command, org, workspace } = first;
  const about = { actor: ACTOR, org, workspace, correlationId: systemIds.uuid() };
  await decideAndAppend({
    store,
    subject,
    decider,
    command,
    toRecorded: (fact: Fact): ControlEvent =>
      record<ControlFact>(fact, about, systemClock, systemIds) as ControlEvent,
    // Each of these subjects holds the facts of its own decider alone.
    toFact: (event) => event as unknown as Fact,
  });
};

const issue = (
  store: EventStore<ControlEvent>,
  credentials: Credentials,
  key: string,
  role: Role,
) => {
  const { org, workspace } = credentials;
  const { keyId, secret } = tokenOf(key);
  return ensure(store, {
    subject: controlSubject(org, workspace, 'key', keyId),
    decider: keyDecider,
    org,
    workspace,
    command: {
      type: 'IssueKey',
      agentRevoked: false,
      keyId,
      holder: { kind: 'op', name: role, roles: [role], meshWide: role === 'admin' },
      org,
      workspace,
      workspaceOnly: false,
      secretSha256: sha256Hex(secret),
      hint: keyHint(secret),
      expiresAt: null,
      createdByNote: 'first start',
    },
  });
};

const makeTenant = async (
  store: EventStore<ControlEvent>,
  { org, workspace }: Credentials,
): Promise<void> => {
  await ensure(store, {
    subject: controlSubject(org, null, 'org', org),
    decider: organizationDecider,
    org,
    workspace: null,
    command: {
      type: 'CreateOrganization',
      org,
      name: org,
      legalName: null,
      primaryDomain: null,
      metadata: {},
    },
  });
  await ensure(store, {
    subject: controlSubject(org, workspace, 'workspace', workspace),
    decider: workspaceDecider,
    org,
    workspace,
    command: {
      type: 'CreateWorkspace',
      orgExists: true,
      org,
      workspace,
      name: workspace,
      environment: null,
      region: null,
    },
  });
};

/**
 * The first facts of a mesh: the log and its incarnation, one org with one workspace, and three keys: an admin's for the
 * whole mesh, an operator's and a viewer's for the org. Each is written once; running this again changes nothing.
 */
export const writeFirstFacts = async (
  store: EventStore<ControlEvent>,
  credentials: Credentials,
): Promise<void> => {
  await ensure(store, {
    subject: LOG_SUBJECT,
    decider: logDecider,
    org: null,
    workspace: null,
    command: { type: 'StartLog', incarnation: randomBytes(16).toString('hex') },
  });
  await makeTenant(store, credentials);
  await issue(store, credentials, credentials.admin_key, 'admin');
  await issue(store, credentials, credentials.operator_key, 'operator');
  await issue(store, credentials, credentials.viewer_key, 'viewer');
};
