import type { OrgName, WorkspaceName } from '#contracts';
import { specFor } from '#testing';
import { organizationDecider } from './organization.decider.js';
import { workspaceDecider } from './workspace.decider.js';

const org = 'acme' as OrgName;

describe('CreateOrganization', () => {
  const data = { org, name: 'Acme', legalName: null, primaryDomain: null, metadata: {} };
  const create = { type: 'CreateOrganization', ...data } as const;
  const created = { type: 'OrganizationCreated', data } as const;
  const given = specFor(organizationDecider);

  it('makes the org', () => given().when(create).then(created));
  it('refuses a name that is taken', () =>
    given(created).when(create).thenRejected('ALREADY_EXISTS'));
});

describe('CreateWorkspace', () => {
  const data = {
    org,
    workspace: 'production' as WorkspaceName,
    name: 'Production',
    environment: null,
    region: null,
  };
  const create = { type: 'CreateWorkspace', orgExists: true, ...data } as const;
  const created = { type: 'WorkspaceCreated', data } as const;
  const given = specFor(workspaceDecider);

  it('makes the workspace', () => given().when(create).then(created));
  it('refuses a name that is taken', () =>
    given(created).when(create).thenRejected('ALREADY_EXISTS'));
  it('needs its org', () =>
    given()
      .when({ ...create, orgExists: false })
      .thenRejected('ORGANIZATION_UNKNOWN'));
});
