import type { ControlView } from '#domain';
import type { Clock, Ids, Logger } from '#platform';
import type { GatewayLogs } from './gateway-logs.js';
import type { GatewayMetrics } from './gateway-metrics.js';
import type { GatewayIdentity } from './identity.js';

/** What nearly every part of a gateway is given. */
export interface GatewayShared {
  readonly identity: GatewayIdentity;
  readonly logs: GatewayLogs;
  readonly view: ControlView;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  readonly metrics: GatewayMetrics;
}
