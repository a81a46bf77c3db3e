import { Controller } from '@nestjs/common';
import { alertmanagerSignals, sendSignal } from '#contracts';
import { Endpoint, type Call } from '#platform';
import { callerOf } from '../control/operator.js';
import { Signals, type SentSignal, type TakenAlerts } from './signals.js';

@Controller()
export class SignalsController {
  constructor(private readonly signals: Signals) {}

  @Endpoint(sendSignal)
  send(call: Call<typeof sendSignal>): Promise<SentSignal> {
    return this.signals.send(callerOf(call), call.body);
  }

  @Endpoint(alertmanagerSignals)
  alertmanager(call: Call<typeof alertmanagerSignals>): Promise<TakenAlerts> {
    return this.signals.alerts(callerOf(call), call.body);
  }
}
