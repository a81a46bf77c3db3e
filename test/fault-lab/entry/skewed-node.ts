import { loadConfig, runService, systemClock } from '#platform';
import { CommandApiConfig } from '../../../apps/command-api/src/command-api.config.js';
import { startCommandApi } from '../../../apps/command-api/src/start-command-api.js';
import { skewedClock, type Skew } from './skewed-clock.js';

/** A control node on a machine whose clock is wrong; `FAULT_LAB_SKEW` says how. */
const { FAULT_LAB_SKEW = '{}', ...environment } = process.env;
const clock = skewedClock(systemClock, JSON.parse(FAULT_LAB_SKEW) as Skew);
void runService({
  name: 'command-api',
  start: () => startCommandApi(loadConfig(CommandApiConfig, environment), clock),
});
