import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import {
  controlSubject,
  type createOrganization,
  type createWorkspace,
  type OrgName,
} from '#contracts';
import { organizationDecider, workspaceDecider } from '#domain';
import { ApiProblem, invalidFields } from '#platform';
import { Control } from '../control/control.js';
import type { Caller } from '../control/operator.js';
import { by } from '../control/recording.js';
import { rejected } from '../control/rejections.js';
import { spreadOf } from '../control/wait-for-gateways.js';
import { organizationEntry, workspaceEntry } from './tenant-entries.js';

export type CreatedOrganization = z.infer<typeof createOrganization.response>;
export type CreatedWorkspace = z.infer<typeof createWorkspace.response>;

/** Orgs and workspaces; their names are their ids. */
@Injectable()
export class Tenants {
  constructor(private readonly control: Control) {}

  async createOrganization(
    caller: Caller,
    body: z.infer<typeof createOrganization.body>,
  ): Promise<CreatedOrganization> {
    const org = body.name;
    const outcome = await this.control.decide({
      subject: controlSubject(org, null, 'org', org),
      decider: organizationDecider,
      command: {
        type: 'CreateOrganization',
        org,
        name: org,
        legalName: body.legal_name ?? null,
        primaryDomain: body.primary_domain ?? null,
        metadata: noted(body),
      },
      about: by(caller, { org, workspace: null }),
    });
    if (!outcome.accepted) throw rejected(outcome.rejection, `The org ${org}`);
    await spreadOf(this.control, outcome.sequence);
    const record = this.control.view.organization(org);
    if (!record) throw unread(org);
    return {
      ok: true,
      organization: organizationEntry(record),
    };
  }

  async createWorkspace(
    caller: Caller,
    org: OrgName,
    body: z.infer<typeof createWorkspace.body>,
  ): Promise<CreatedWorkspace> {
    if (body.org_id && body.org_id !== org) {
      throw invalidFields([
        { in: 'body', path: 'org_id', message: `must be ${org}, as in the path` },
      ]);
    }
    await this.control.barrier();
    const workspace = body.name;
    const outcome = await this.control.decide({
      subject: controlSubject(org, workspace, 'workspace', workspace),
      decider: workspaceDecider,
      command: {
        type: 'CreateWorkspace',
        orgExists: this.control.view.organization(org) !== null,
        org,
        workspace,
        name: workspace,
        environment: body.environment ?? null,
        region: body.region ?? null,
      },
      about: by(caller, { org, workspace }),
    });
    if (!outcome.accepted) {
      const thing =
        outcome.rejection === 'ALREADY_EXISTS'
          ? `The workspace ${org}/${workspace}`
          : `The org ${org}`;
      throw rejected(outcome.rejection, thing);
    }
    await spreadOf(this.control, outcome.sequence);
    const record = this.control.view.workspace(org, workspace);
    if (!record) throw unread(`${org}/${workspace}`);
    return {
      ok: true,
      workspace: workspaceEntry(record),
    };
  }
}

/** Who asked for it, by its own word, is kept as a note. */
const noted = ({
  metadata,
  requested_by_actor_id: note,
}: z.infer<typeof createOrganization.body>) => ({
  ...metadata,
  ...(note && { requested_by_actor_id: note }),
});

const unread = (name: string): ApiProblem =>
  new ApiProblem(
    'log_unavailable',
    `${name} was created and cannot be read yet. Ask again shortly.`,
  );
