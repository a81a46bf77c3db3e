import { Controller } from '@nestjs/common';
import { listAudit, projectionStatus, rebuildAudit } from '#contracts';
import { Endpoint, type Call } from '#platform';
import { callerOf } from '../control/operator.js';
import { Audit, type ListedAudit } from './audit.js';
import { Projector, type ProjectionState, type Rebuilt } from './projector.js';

const ACCEPTED = 202;

@Controller()
export class AuditController {
  constructor(
    private readonly audit: Audit,
    private readonly projector: Projector,
  ) {}

  @Endpoint(listAudit)
  list(call: Call<typeof listAudit>): Promise<ListedAudit> {
    return this.audit.list(callerOf(call), call.query);
  }

  @Endpoint(projectionStatus)
  projection(_call: Call<typeof projectionStatus>): Promise<ProjectionState> {
    return this.projector.status();
  }

  @Endpoint(rebuildAudit)
  async rebuild(call: Call<typeof rebuildAudit>): Promise<Rebuilt> {
    const rebuilt = await this.projector.rebuild(call.body.accept_loss);
    if (rebuilt.rebuilding) void call.reply.code(ACCEPTED);
    return rebuilt;
  }
}
