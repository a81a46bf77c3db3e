import { GatewayShell, type GatewayHandlers } from '#containment';
import { createMeshStream, type Clock, type ControlLog, type Ids, type Metrics } from '#platform';
import { ActivityOutbox } from './activity/activity-outbox.js';
import { Activity } from './activity/activity.js';
import { Enforcement } from './control/enforcement.js';
import { FenceWatch } from './control/fence-watch.js';
import { PolicyGate } from './policy/policy-gate.js';
import { PositionReports } from './control/position-reports.js';
import { Forwarding } from './forwarding/forwarding.js';
import { Gate } from './gate/gate.js';
import type { GatewayLogs, KillPath } from './gateway-logs.js';
import { gatewayMetrics } from './gateway-metrics.js';
import type { GatewayOptions } from './gateway-options.js';
import type { GatewayShared } from './gateway-shared.js';
import { lifeCycle } from './life-cycle.js';
import { routeHandlers } from './route-handlers.js';
import { OpenStreams, type CutCause } from './streams/open-streams.js';
import { workParts } from './work-parts.js';

export interface GatewayPartsOptions extends Omit<GatewayOptions, 'nats' | 'control' | 'dataDir'> {
  readonly logs: GatewayLogs;
  readonly killPath: KillPath;
  readonly shell: GatewayShell;
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
  const { logs, controlLog, shell, clock, ids, log, visibilityMs = VISIBILITY_MS } = options;
  const { view } = controlLog;
  const identity = { gateway: options.gateway, region: options.region };
  const metrics = gatewayMetrics(options.metrics);
  const shared: GatewayShared = { identity, logs, view, clock, ids, log, metrics };
  const policies = new PolicyGate({ view, clock });
  const { activity, outbox } = activityParts(shared, policies);
  const gate = gateOf(options, shared, { activity, policies });
  const onCut = (cause: CutCause): void => metrics.cut.inc({ cause });
  const streams = new OpenStreams({ gate, view, clock, onCut });
  const work = workParts({ ...shared, gate, visibilityMs });
  const { inHand, held } = work;
  const fences = new FenceWatch({ clock, metrics, stopping: options.stopping });
  const reports = new PositionReports({
    identity,
    messaging: options.killPath.messaging,
    lease: shell,
    position: () => controlLog.position,
    incarnation: () => view.incarnation,
  });
  const living = { ...shared, controlLog, gate, streams, inHand, held, reports, fences, activity };
  const enforcement = new Enforcement({
    ...living,
    boot: () => (shell.phase === 'member' ? shell.boot : 0),
  });
  metrics.watch({
    openStreams: () => streams.size,
    heldWork: () => held.size,
    workInHand: () => inHand.size,
    appliedSequence: () => view.position,
    waitingActivity: () => outbox.waiting,
    leaseAge: () => (shell.leaseAgeMs() ?? NaN) / 1000,
  });
  const boot = (): number => (shell.phase === 'member' ? shell.boot : 0);
  const { backlogMax, usdcAsUsd = false } = options;
  const parts = { gate, streams, activity, work, backlogMax, usdcAsUsd, boot };
  const handlers = routeHandlers({ ...shared, ...parts });
  controlLog.listen((stored) => {
    handlers.sessions.heard(stored);
    const { decoded } = stored;
    if (decoded.known && decoded.event.type === 'KeyRetired')
      streams.retire(decoded.event.data.keyId);
  });
  return {
    ...handlers,
    ...lifeCycle({ ...living, ...handlers, enforcement, work }),
    identity,
    gate,
    shell,
    enforcement,
    forwarding: new Forwarding({
      messaging: logs.messaging,
      urgent: options.killPath.messaging,
      ids,
      onAnswer: (status) => metrics.forwarded.inc({ status }),
    }),
    meshStream: createMeshStream({ store: logs.control, controlLog, clock }),
  };
};
export type GatewayParts = ReturnType<typeof gatewayParts>;

/** The shell is made before what it drives: what it says goes to whoever is there by then. */
export const lateHandlers = (there: () => GatewayHandlers): GatewayHandlers => ({
  apply: (stored) => there().apply(stored),
  startOver: () => there().startOver(),
  applied: (position) => there().applied(position),
  enforce: (order) => there().enforce(order),
  cut: (order) => there().cut(order),
  wouldCut: (selector) => there().wouldCut(selector),
  fence: () => there().fence(),
  unfence: () => there().unfence(),
  counted: (what) => there().counted(what),
  rejected: (what, sequence) => there().rejected(what, sequence),
});

const activityParts = (shared: GatewayShared, policies: PolicyGate) => {
  const { logs, log, metrics } = shared;
  const onLost = (count: number): void => metrics.activityLost.inc(count);
  const outbox = new ActivityOutbox({ store: logs.activity, log, onLost });
  return {
    outbox,
    activity: new Activity({ ...shared, outbox, watches: (address) => policies.watches(address) }),
  };
};

const gateOf = (
  { shell, controlLog, stopping }: GatewayPartsOptions,
  { view, clock, log, metrics }: GatewayShared,
  { activity, policies }: { readonly activity: Activity; readonly policies: PolicyGate },
): Gate =>
  new Gate({
    view,
    clock,
    policies,
    ready: () => shell.admits() && !stopping(),
    hasState: () => controlLog.ready() && shell.mayFlowUnproven && !stopping(),
    onDecision: (decision, verdict) => {
      activity.decided(decision);
      metrics.decisions.inc({ act: decision.act, refused_by: decision.refusedBy ?? '' });
      const held = verdict.allowed && verdict.heldBy !== null;
      if (held && decision.act === 'intent.receive') metrics.held.inc();
    },
    onStale: (what) => metrics.stale.inc({ what }),
    onLate: ({ what, agent, intentId }) => {
      metrics.late.inc({ what });
      log.error(
        { what, agent, intent_id: intentId },
        'sent as the lease ran out: connection broken',
      );
    },
  });
