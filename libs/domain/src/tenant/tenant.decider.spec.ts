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

  describe('ChangeOrganization', () => {
    const change = (twoPersonLift: boolean) =>
      ({ type: 'ChangeOrganization', org, twoPersonLift }) as const;
    const changed = (twoPersonLift: boolean) =>
      ({ type: 'OrganizationSettingsChanged', data: { org, twoPersonLift } }) as const;

    it('switches on and off', () => {
      given(created).when(change(true)).then(changed(true));
      given(created, changed(true)).when(change(false)).then(changed(false));
    });
    it('is silent where it is so already', () => {
      given(created).when(change(false)).thenNothing();
      given(created, changed(true)).when(change(true)).thenNothing();
    });
    it('needs the org', () => given().when(change(true)).thenRejected('ORGANIZATION_UNKNOWN'));
  });
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

  describe('ChangeWorkspace', () => {
    const change = (onFence: 'deny' | 'allow') =>
      ({ type: 'ChangeWorkspace', org, workspace: data.workspace, onFence }) as const;
    const changed = (onFence: 'deny' | 'allow') =>
      ({
        type: 'WorkspaceSettingsChanged',
        data: { org, workspace: data.workspace, onFence },
      }) as const;

    it('opens and closes', () => {
      given(created).when(change('allow')).then(changed('allow'));
      given(created, changed('allow')).when(change('deny')).then(changed('deny'));
    });
    it('is silent where it is so already', () => given(created).when(change('deny')).thenNothing());
    it('needs the workspace', () =>
      given().when(change('allow')).thenRejected('WORKSPACE_UNKNOWN'));
  });
});
