import {
  controlSubject,
  LOG_SUBJECT,
  type ControlFact,
  type OrgName,
  type WorkspaceName,
} from '#contracts';

type Said = readonly [subject: string, fact: ControlFact];

const organization = (name: string): Said => {
  const org = name as OrgName;
  const data = { org, name, legalName: null, primaryDomain: null, metadata: {} };
  return [controlSubject(org, null, 'org', org), { type: 'OrganizationCreated', data }];
};

const workspace = (org: string, name: string): Said => {
  const data = {
    org: org as OrgName,
    workspace: name as WorkspaceName,
    name,
    environment: null,
    region: null,
  };
  return [controlSubject(org, name, 'workspace', name), { type: 'WorkspaceCreated', data }];
};

/** The log of a mesh with two tenants. For specs. */
export const foundation: readonly Said[] = [
  [LOG_SUBJECT, { type: 'LogStarted', data: { incarnation: 'example-incarnation' } }],
  organization('acme'),
  workspace('acme', 'production'),
  workspace('acme', 'staging'),
  organization('globex'),
  workspace('globex', 'main'),
];
