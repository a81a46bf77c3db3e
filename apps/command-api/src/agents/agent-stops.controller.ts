import { Controller } from '@nestjs/common';
import {
  drainAgent,
  killAgent,
  pauseAgent,
  quarantineAgent,
  resumeAgent,
  whyAgent,
} from '#contracts';
import { Endpoint, type Call } from '#platform';
import { callerOf } from '../control/operator.js';
import { AgentStops, type ResumedAgent, type StoppedAgent } from './agent-stops.js';
import { AgentWhy, type WhyHeld } from './agent-why.js';

@Controller()
export class AgentStopsController {
  constructor(
    private readonly agents: AgentStops,
    private readonly reasons: AgentWhy,
  ) {}

  @Endpoint(killAgent)
  kill(call: Call<typeof killAgent>): Promise<StoppedAgent> {
    return this.agents.stop(callerOf(call), call.params.address_id, {
      ...call.body,
      mode: call.body.mode ?? 'halt',
    });
  }

  @Endpoint(pauseAgent)
  pause(call: Call<typeof pauseAgent>): Promise<StoppedAgent> {
    return this.agents.stop(callerOf(call), call.params.address_id, {
      ...call.body,
      mode: 'pause',
    });
  }

  @Endpoint(quarantineAgent)
  quarantine(call: Call<typeof quarantineAgent>): Promise<StoppedAgent> {
    return this.agents.stop(callerOf(call), call.params.address_id, {
      ...call.body,
      mode: 'quarantine',
    });
  }

  @Endpoint(drainAgent)
  drain(call: Call<typeof drainAgent>): Promise<StoppedAgent> {
    return this.agents.stop(callerOf(call), call.params.address_id, {
      ...call.body,
      mode: 'drain',
    });
  }

  @Endpoint(resumeAgent)
  resume(call: Call<typeof resumeAgent>): Promise<ResumedAgent> {
    return this.agents.resume(callerOf(call), call.params.address_id, call.body);
  }

  @Endpoint(whyAgent)
  why(call: Call<typeof whyAgent>): Promise<WhyHeld> {
    return this.reasons.why(callerOf(call), call.params.address_id);
  }
}
