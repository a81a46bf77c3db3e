import { Controller } from '@nestjs/common';
import { killSession } from '#contracts';
import { Endpoint, type Call } from '#platform';
import { callerOf } from '../control/operator.js';
import { SessionKills, type KilledSession } from './session-kills.js';

@Controller()
export class SessionsController {
  constructor(private readonly kills: SessionKills) {}

  @Endpoint(killSession)
  kill(call: Call<typeof killSession>): Promise<KilledSession> {
    return this.kills.kill(callerOf(call), call.params.session_id, call.body.reason ?? null);
  }
}
