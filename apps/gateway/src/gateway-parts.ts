import { createMeshStream, type Clock, type ControlLog, type Ids, type Metrics } from '#platform';
import { ActivityOutbox } from './activity/activity-outbox.js';
import { Activity } from './activity/activity.js';
import { Enforcement } from './control/enforcement.js';
import { Membership } from './control/membership.js';
import { PositionReports } from './control/position-reports.js';
import { Pulse } from './control/pulse.js';
import { Forwarding } from './forwarding/forwarding.js';
import { Gate } from './gate/gate.js';
import type { GatewayLogs } from './gateway-logs.js';
import { gatewayMetrics } from './gateway-metrics.js';
import type { GatewayOptions } from './gateway-options.js';
import type { GatewayShared } from './gateway-shared.js';
import { lifeCycle } from './life-cycle.js';
import { routeHandlers } from './route-handlers.js';
import { OpenStreams, type CutCause } from './streams/open-streams.js';
import { workParts } from './work-parts.js';

export interface GatewayPartsOptions extends Omit<GatewayOptions, 'nats'> {
  readonly logs: GatewayLogs;
  readonly controlLog: ControlLog;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly ids: Ids;
  /** `true` from the moment that the gateway begins to stop. */
  stopping(): boolean;
}

const VISIBILITY_MS = 90_000;

/** Puts a gateway together; nothing runs before `start`. */
export const gatewayParts = (options: GatewayPartsOptions) => {
  const { logs, controlLog, clock, ids, log, visibilityMs = VISIBILITY_MS } = options;
  const { view } = controlLog;
  const identity = { gateway: options.gateway, region: options.region };
  const metrics = gatewayMetrics(options.metrics);
  const shared: GatewayShared = { identity, logs, view, clock, ids, log, metrics };
  const { activity, outbox } = activityParts(shared);
  const pulse = new Pulse({ clock, log, catchUp: () => controlLog.barrier() });
  const ready = (): boolean =>
    pulse.steady() && controlLog.ready() && membership.member && !options.stopping();
  const gate = gateOf({ ...shared, ready }, activity);
  const onCut = (cause: CutCause): void => metrics.cut.inc({ cause });
  const streams = new OpenStreams({ gate, view, clock, onCut });
  const work = workParts({ ...shared, gate, visibilityMs });
  const { inHand, held } = work;
  const membership = new Membership({ ...shared, store: logs.control, controlLog });
  const reports = new PositionReports({
    identity,
    messaging: logs.messaging,
    boot: () => membership.boot,
    position: () => view.position,
  });
  const enforced = { ...shared, gate, streams, inHand, held, reports, membership, activity };
  const enforcement = new Enforcement(enforced);
  metrics.watch({
    openStreams: () => streams.size,
    heldWork: () => held.size,
    workInHand: () => inHand.size,
    appliedSequence: () => view.position,
    waitingActivity: () => outbox.waiting,
  });
  return {
    ...routeHandlers({ ...shared, gate, streams, activity, work, backlogMax: options.backlogMax }),
    ...lifeCycle({ ...enforced, enforcement, pulse, work }),
    identity,
    gate,
    membership,
    enforcement,
    forwarding: new Forwarding({
      messaging: logs.messaging,
      onAnswer: (status) => metrics.forwarded.inc({ status }),
    }),
    meshStream: createMeshStream({ store: logs.control, controlLog, clock }),
  };
};
export type GatewayParts = ReturnType<typeof gatewayParts>;

const activityParts = (shared: GatewayShared) => {
  const { logs, log, metrics } = shared;
  const onLost = (count: number): void => metrics.activityLost.inc(count);
  const outbox = new ActivityOutbox({ store: logs.activity, log, onLost });
  return { outbox, activity: new Activity({ ...shared, outbox }) };
};

const gateOf = (
  { view, clock, metrics, ready }: GatewayShared & { ready(): boolean },
  activity: Activity,
): Gate =>
  new Gate({
    view,
    clock,
    ready,
    onDecision: (decision, verdict) => {
      activity.decided(decision);
      metrics.decisions.inc({ act: decision.act, refused_by: decision.refusedBy ?? '' });
      const held = verdict.allowed && verdict.heldBy !== null;
      if (held && decision.act === 'intent.receive') metrics.held.inc();
    },
  });
