import type { Address, AddressId, AgentEvent, ServiceAccountId, Tag } from '#contracts';
import { specFor } from '#testing';
import { agentDecider, LINEAGE_MAX, type AgentCommand } from './agent.decider.js';

const address = 'agent://acme/production/email' as Address;
const identity = {
  address,
  addressId: 'addr_aaaaaaaaaaaaaaaaaaaa' as AddressId,
  serviceAccountId: 'sa_aaaaaaaaaaaaaaaaaaaa' as ServiceAccountId,
  name: 'email',
  description: null,
  createdByNote: null,
};
const registerAgent: AgentCommand = { type: 'RegisterAgent', ...identity };
const registered: AgentEvent = { type: 'AgentRegistered', data: identity };
const tagAgent = (tags: string[], heldTags: string[] = []): AgentCommand => ({
  type: 'TagAgent',
  address,
  tags: tags as Tag[],
  heldTags: heldTags as Tag[],
});
const tagged = (...tags: string[]): AgentEvent => ({
  type: 'AgentTagged',
  data: { address, tags: tags as Tag[] },
});
const describeAgent = (displayName: string | null, metadata = {}): AgentCommand => ({
  type: 'DescribeAgent',
  address,
  displayName,
  metadata,
});
const described = (displayName: string | null, metadata = {}): AgentEvent => ({
  type: 'AgentDescribed',
  data: { address, displayName, metadata },
});
const revokeAgent: AgentCommand = { type: 'RevokeAgent', address, reason: 'leaked' };
const revoked: AgentEvent = { type: 'AgentRevoked', data: { address, reason: 'leaked' } };

const given = specFor(agentDecider);

describe('RegisterAgent', () => {
  it('gives the agent its identity', () => given().when(registerAgent).then(registered));
  it('refuses a name that is taken', () =>
    given(registered).when(registerAgent).thenRejected('ALREADY_EXISTS'));
  it('never gives a revoked name again', () =>
    given(registered, revoked).when(registerAgent).thenRejected('AGENT_REVOKED'));
});

describe('RegisterAgent on behalf of another', () => {
  const parent = 'agent://acme/production/lead' as Address;
  const known = { known: true, revoked: false };
  const below = (...lineage: { known: boolean; revoked: boolean }[]): AgentCommand => ({
    ...{ type: 'RegisterAgent', ...identity },
    parent: { address: parent, lineage },
  });
  const delegated: AgentEvent = { type: 'AgentDelegated', data: { address, parent } };

  it('says so from its birth', () => given().when(below(known, known)).then(registered, delegated));
  it('needs a parent that there is', () =>
    given()
      .when(below({ known: false, revoked: false }))
      .thenRejected('PARENT_UNKNOWN'));
  it('is refused below whoever was revoked, however far above', () =>
    given()
      .when(below(known, { known: true, revoked: true }))
      .thenRejected('PARENT_REVOKED'));
  it('goes sixteen deep', () => {
    given()
      .when(below(...Array.from({ length: LINEAGE_MAX }, () => known)))
      .then(registered, delegated);
    given()
      .when(below(...Array.from({ length: LINEAGE_MAX + 1 }, () => known)))
      .thenRejected('LINEAGE_TOO_LONG');
  });
});

describe('TagAgent', () => {
  it('sets the tags, each once and in order', () =>
    given(registered)
      .when(tagAgent(['mail', 'bulk', 'mail']))
      .then(tagged('bulk', 'mail')));
  it('is silent when nothing changes', () =>
    given(registered, tagged('bulk', 'mail'))
      .when(tagAgent(['mail', 'bulk']))
      .thenNothing());
  it('keeps a tag by which a stop holds the agent', () =>
    given(registered, tagged('bulk', 'mail'))
      .when(tagAgent(['mail'], ['bulk']))
      .thenRejected('TAG_HOLDS_STOP'));
  it('may take other tags away while a stop stands', () =>
    given(registered, tagged('bulk', 'mail'))
      .when(tagAgent(['bulk'], ['bulk']))
      .then(tagged('bulk')));
  it('needs an agent', () =>
    given()
      .when(tagAgent(['mail']))
      .thenRejected('AGENT_UNKNOWN'));
  it('leaves a revoked agent as it is', () =>
    given(registered, revoked)
      .when(tagAgent(['mail']))
      .thenRejected('AGENT_REVOKED'));
});

describe('DescribeAgent', () => {
  it('sets the name for people and the notes', () =>
    given(registered)
      .when(describeAgent('Mail', { team: 'crm' }))
      .then(described('Mail', { team: 'crm' })));
  it('is silent when nothing changes', () =>
    given(registered, described('Mail')).when(describeAgent('Mail')).thenNothing());
  it('needs an agent', () => given().when(describeAgent('Mail')).thenRejected('AGENT_UNKNOWN'));
});

describe('RevokeAgent', () => {
  it('is permanent', () => given(registered).when(revokeAgent).then(revoked));
  it('is silent when repeated', () => given(registered, revoked).when(revokeAgent).thenNothing());
  it('needs an agent', () => given().when(revokeAgent).thenRejected('AGENT_UNKNOWN'));
});
