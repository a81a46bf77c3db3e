import type { ControlEvent, OrgName, WorkspaceName } from '#contracts';
import type { OrganizationRecord, WorkspaceRecord } from './control-records.js';

type Of<T extends ControlEvent['type']> = Extract<ControlEvent, { type: T }>;

/** The orgs and their workspaces; the first of a name counts. */
export class TenantFold {
  readonly #organizations = new Map<OrgName, OrganizationRecord>();
  readonly #workspaces = new Map<OrgName, Map<WorkspaceName, WorkspaceRecord>>();

  organization(org: OrgName): OrganizationRecord | null {
    return this.#organizations.get(org) ?? null;
  }

  organizations(): OrganizationRecord[] {
    return [...this.#organizations.values()];
  }

  workspace(org: OrgName, workspace: WorkspaceName): WorkspaceRecord | null {
    return this.#workspaces.get(org)?.get(workspace) ?? null;
  }

  workspaces(org: OrgName): WorkspaceRecord[] {
    return [...(this.#workspaces.get(org)?.values() ?? [])];
  }

  createOrganization(event: Of<'OrganizationCreated'>): void {
    const { org } = event.data;
    if (this.#organizations.has(org)) return;
    this.#organizations.set(org, { ...event.data, twoPersonLift: false, createdAt: event.at });
  }

  createWorkspace(event: Of<'WorkspaceCreated'>): void {
    const { org, workspace } = event.data;
    const workspaces = this.#workspaces.get(org) ?? new Map<WorkspaceName, WorkspaceRecord>();
    this.#workspaces.set(org, workspaces);
    if (!workspaces.has(workspace)) {
      const settings = { onFence: 'deny', onFenceChangedAt: 0 } as const;
      workspaces.set(workspace, { ...event.data, ...settings, createdAt: event.at });
    }
  }

  changeOrganization({ data }: Of<'OrganizationSettingsChanged'>): void {
    const before = this.#organizations.get(data.org);
    if (before) this.#organizations.set(data.org, { ...before, ...data });
  }

  changeWorkspace({ data }: Of<'WorkspaceSettingsChanged'>, sequence: number): void {
    const workspaces = this.#workspaces.get(data.org);
    const before = workspaces?.get(data.workspace);
    if (workspaces && before) {
      workspaces.set(data.workspace, { ...before, ...data, onFenceChangedAt: sequence });
    }
  }
}
