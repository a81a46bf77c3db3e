import { Controller } from '@nestjs/common';
import {
  amendStop,
  getStop,
  liftStop,
  listStops,
  orderStop,
  type LiftReport,
  type NeedsSecond,
  type StopPlan,
} from '#contracts';
import { Endpoint, type Call } from '#platform';
import { callerOf } from '../control/operator.js';
import { ShownStops, type ReportedStop, type ShownStop } from './shown-stops.js';
import { Stops, type ListedStops } from './stops.js';

const ACCEPTED = 202;

@Controller()
export class StopsController {
  constructor(
    private readonly stops: Stops,
    private readonly shown: ShownStops,
  ) {}

  @Endpoint(orderStop)
  async order(call: Call<typeof orderStop>): Promise<ReportedStop | StopPlan> {
    const { body, waitMet } = await this.stops.order(callerOf(call), call.body);
    if (!waitMet) void call.reply.code(ACCEPTED);
    return body;
  }

  @Endpoint(listStops)
  list(call: Call<typeof listStops>): Promise<ListedStops> {
    return this.stops.list(callerOf(call), call.query);
  }

  @Endpoint(getStop)
  get(call: Call<typeof getStop>): Promise<ShownStop> {
    return this.shown.get(callerOf(call), call.params.order_id);
  }

  @Endpoint(amendStop)
  amend(call: Call<typeof amendStop>): Promise<ReportedStop> {
    return this.stops.amend(callerOf(call), call.params.order_id, call.body);
  }

  @Endpoint(liftStop)
  async lift(call: Call<typeof liftStop>): Promise<LiftReport | NeedsSecond> {
    const answer = await this.stops.lift(callerOf(call), call.params.order_id, call.body);
    if (answer.state === 'needs_second') void call.reply.code(ACCEPTED);
    return answer;
  }
}
