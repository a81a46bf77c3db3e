import type { KeyEvent, KeyId, OrgName, WorkspaceName } from '#contracts';
import { specFor } from '#testing';
import { type IssueKey, keyDecider, type RevokeKey } from './key.decider.js';

const keyId = 'aaaaaaaaaaaaaaaa' as KeyId;
const data = {
  keyId,
  holder: { kind: 'op' as const, name: 'ada', roles: ['operator' as const], meshWide: false },
  org: 'acme' as OrgName,
  workspace: 'production' as WorkspaceName,
  workspaceOnly: false,
  secretSha256: 'a'.repeat(64),
  hint: 'wxyz',
  expiresAt: null,
  createdByNote: null,
};
const issueKey = (over: Partial<IssueKey> = {}): IssueKey => ({
  type: 'IssueKey',
  agentRevoked: false,
  ...data,
  ...over,
});
const issued: KeyEvent = { type: 'KeyIssued', data };
const revokeKey: RevokeKey = { type: 'RevokeKey', keyId, reason: null };
const revoked: KeyEvent = { type: 'KeyRevoked', data: { keyId, reason: null } };

const given = specFor(keyDecider);

describe('IssueKey', () => {
  it('makes the key valid', () => given().when(issueKey()).then(issued));
  it('is silent for the same key and secret', () => given(issued).when(issueKey()).thenNothing());
  it('refuses another secret for the same id', () =>
    given(issued)
      .when(issueKey({ secretSha256: 'b'.repeat(64) }))
      .thenRejected('ALREADY_EXISTS'));
  it('never brings a revoked key back', () =>
    given(issued, revoked).when(issueKey()).thenRejected('ALREADY_EXISTS'));
  it('gives none to a revoked agent', () =>
    given()
      .when(issueKey({ agentRevoked: true }))
      .thenRejected('AGENT_REVOKED'));
});

describe('RevokeKey', () => {
  it('is for good', () => given(issued).when(revokeKey).then(revoked));
  it('is silent when repeated', () => given(issued, revoked).when(revokeKey).thenNothing());
  it('needs a key', () => given().when(revokeKey).thenRejected('KEY_UNKNOWN'));
});

describe('RetireKey', () => {
  const replacedBy = 'bbbbbbbbbbbbbbbb' as KeyId;
  const expiresAt = '2026-01-31T04:00:00.000Z';
  const retire = { type: 'RetireKey', keyId, replacedBy, expiresAt } as const;
  const retired: KeyEvent = { type: 'KeyRetired', data: { keyId, replacedBy, expiresAt } };
  it('gives it an end', () => given(issued).when(retire).then(retired));
  it('needs a key', () => given().when(retire).thenRejected('KEY_UNKNOWN'));
  it('comes too late for a revoked one', () =>
    given(issued, revoked).when(retire).thenRejected('KEY_REVOKED'));
});
