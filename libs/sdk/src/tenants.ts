import {
  changeOrganization,
  changeWorkspace,
  createOrganization,
  createWorkspace,
} from '#contracts';
import type { BodyOf, Caller } from './http/caller.js';
import type { CallOptions } from './http/transport.js';

/** Orgs, for the people who run the mesh. */
export class OrganizationsApi {
  constructor(private readonly caller: Caller) {}

  create(body: BodyOf<typeof createOrganization>, options?: CallOptions) {
    return this.caller.call(createOrganization, { body }, options);
  }

  /** Whether a stop on a whole namespace or the org is lifted by two people. */
  change(org: string, body: BodyOf<typeof changeOrganization>, options?: CallOptions) {
    return this.caller.call(changeOrganization, { params: { org }, body }, options);
  }
}

/** Workspaces of an org. */
export class WorkspacesApi {
  constructor(private readonly caller: Caller) {}

  create(org: string, body: BodyOf<typeof createWorkspace>, options?: CallOptions) {
    return this.caller.call(createWorkspace, { params: { org }, body }, options);
  }

  /** What becomes of its traffic while a gateway cannot prove its state: `deny` (the default) or `allow`. */
  change(
    org: string,
    workspace: string,
    body: BodyOf<typeof changeWorkspace>,
    options?: CallOptions,
  ) {
    return this.caller.call(changeWorkspace, { params: { org, workspace }, body }, options);
  }
}
