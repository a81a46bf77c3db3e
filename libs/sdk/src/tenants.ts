import { createOrganization, createWorkspace } from '#contracts';
import type { BodyOf, Caller } from './http/caller.js';
import type { CallOptions } from './http/transport.js';

/** Orgs, for the people who run the mesh. */
export class OrganizationsApi {
  constructor(private readonly caller: Caller) {}

  create(body: BodyOf<typeof createOrganization>, options?: CallOptions) {
    return this.caller.call(createOrganization, { body }, options);
  }
}

/** Workspaces of an org. */
export class WorkspacesApi {
  constructor(private readonly caller: Caller) {}

  create(org: string, body: BodyOf<typeof createWorkspace>, options?: CallOptions) {
    return this.caller.call(createWorkspace, { params: { org }, body }, options);
  }
}
