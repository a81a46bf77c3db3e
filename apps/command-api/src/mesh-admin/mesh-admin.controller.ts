import { Controller } from '@nestjs/common';
import { restoreLog, rotateKeys } from '#contracts';
import { Endpoint, type Call } from '#platform';
import { callerOf } from '../control/operator.js';
import { KeyRotations, type RotatedKeys } from './key-rotations.js';
import { LogRestores, type RestoredLog } from './log-restores.js';

const ACCEPTED = 202;

@Controller()
export class MeshAdminController {
  constructor(
    private readonly rotations: KeyRotations,
    private readonly restores: LogRestores,
  ) {}

  @Endpoint(rotateKeys)
  rotate(call: Call<typeof rotateKeys>): Promise<RotatedKeys> {
    return this.rotations.rotate(call.body);
  }

  @Endpoint(restoreLog)
  async restored(call: Call<typeof restoreLog>): Promise<RestoredLog> {
    const answer = await this.restores.restore(callerOf(call), call.body);
    if (answer.state === 'needs_second') void call.reply.code(ACCEPTED);
    return answer;
  }
}
