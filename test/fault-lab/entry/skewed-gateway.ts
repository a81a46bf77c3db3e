import { systemClock } from '#platform';
import { runLabGateway } from './lab-gateway.js';
import { skewedClock, type Skew } from './skewed-clock.js';

/** A gateway on a machine whose clock is wrong; `FAULT_LAB_SKEW` says how. */
const skew = JSON.parse(process.env.FAULT_LAB_SKEW ?? '{}') as Skew;
void runLabGateway({ clock: skewedClock(systemClock, skew) });
