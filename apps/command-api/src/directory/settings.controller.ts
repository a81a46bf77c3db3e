import { Controller } from '@nestjs/common';
import { changeOrganization, changeWorkspace } from '#contracts';
import { Endpoint, type Call } from '#platform';
import { callerOf } from '../control/operator.js';
import {
  TenantSettings,
  type ChangedOrganization,
  type ChangedWorkspace,
} from './tenant-settings.js';

@Controller()
export class SettingsController {
  constructor(private readonly settings: TenantSettings) {}

  @Endpoint(changeOrganization)
  organization(call: Call<typeof changeOrganization>): Promise<ChangedOrganization> {
    return this.settings.organization(callerOf(call), call.params.org, call.body);
  }

  @Endpoint(changeWorkspace)
  workspace(call: Call<typeof changeWorkspace>): Promise<ChangedWorkspace> {
    return this.settings.workspace(callerOf(call), call.params, call.body);
  }
}
