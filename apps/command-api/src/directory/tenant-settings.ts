import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import {
  controlSubject,
  type changeOrganization,
  type changeWorkspace,
  type OrgName,
  type WorkspaceName,
} from '#contracts';
import { organizationDecider, workspaceDecider } from '#domain';
import { ApiProblem } from '#platform';
import { Control } from '../control/control.js';
import { requireReach, type Caller } from '../control/operator.js';
import { by } from '../control/recording.js';
import { rejected } from '../control/rejections.js';
import { spreadOf } from '../control/wait-for-gateways.js';
import { organizationEntry, workspaceEntry } from './tenant-entries.js';

export type ChangedOrganization = z.infer<typeof changeOrganization.response>;
export type ChangedWorkspace = z.infer<typeof changeWorkspace.response>;

/** How orgs and namespaces are protected. */
@Injectable()
export class TenantSettings {
  constructor(private readonly control: Control) {}

  async organization(
    caller: Caller,
    org: OrgName,
    body: z.infer<typeof changeOrganization.body>,
  ): Promise<ChangedOrganization> {
    requireReach(caller.principal, org, null);
    const outcome = await this.control.decide({
      subject: controlSubject(org, null, 'org', org),
      decider: organizationDecider,
      command: { type: 'ChangeOrganization', org, twoPersonLift: body.two_person_lift },
      about: by(caller, { org, workspace: null }),
    });
    if (!outcome.accepted) throw rejected(outcome.rejection, `The org ${org}`);
    const spread = await spreadOf(this.control, outcome.sequence);
    const record = this.control.view.organization(org);
    if (!record) throw unread(org);
    const { changed } = outcome;
    return { ok: true, changed, organization: organizationEntry(record), ...spread };
  }

  async workspace(
    caller: Caller,
    place: { readonly org: OrgName; readonly workspace: WorkspaceName },
    body: z.infer<typeof changeWorkspace.body>,
  ): Promise<ChangedWorkspace> {
    const { org, workspace } = place;
    requireReach(caller.principal, org, workspace);
    const outcome = await this.control.decide({
      subject: controlSubject(org, workspace, 'workspace', workspace),
      decider: workspaceDecider,
      command: { type: 'ChangeWorkspace', org, workspace, onFence: body.on_fence },
      about: by(caller, place),
    });
    if (!outcome.accepted) throw rejected(outcome.rejection, `The workspace ${org}/${workspace}`);
    const spread = await spreadOf(this.control, outcome.sequence);
    const record = this.control.view.workspace(org, workspace);
    if (!record) throw unread(`${org}/${workspace}`);
    const { changed } = outcome;
    return { ok: true, changed, workspace: workspaceEntry(record), ...spread };
  }
}

const unread = (name: string): ApiProblem =>
  new ApiProblem(
    'log_unavailable',
    `${name} was changed and cannot be read yet. Ask again shortly.`,
  );
