import { Controller } from '@nestjs/common';
import { challengeGateways, drillStop } from '#contracts';
import { Endpoint, type Call } from '#platform';
import { callerOf } from '../control/operator.js';
import { Challenges, type Challenged } from './challenges.js';
import { Drills, type RanDrill } from './drills.js';

@Controller()
export class DrillsController {
  constructor(
    private readonly drills: Drills,
    private readonly challenges: Challenges,
  ) {}

  @Endpoint(drillStop)
  drill(call: Call<typeof drillStop>): Promise<RanDrill> {
    return this.drills.run(callerOf(call), call.body);
  }

  @Endpoint(challengeGateways)
  challenge(call: Call<typeof challengeGateways>): Promise<Challenged> {
    return this.challenges.run(call.body);
  }
}
