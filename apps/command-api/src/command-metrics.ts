import type { BreachOutcome, OrderReport } from '#contracts';
import type { ControlView } from '#domain';
import type { Metrics } from '#platform';
import type { Armings } from './canary/armings.js';

/** What a scrape asks the control node of this process. */
export interface NodeGauges {
  readonly isMember: boolean;
  readonly isReady: boolean;
  readonly spool: { readonly pending: number; readonly isWritable: boolean };
}

/** What the command API counts and times; see the names for their units. */
export class CommandMetrics {
  private readonly stopSeconds;
  private readonly propagationSeconds;
  private readonly containmentSeconds;
  private readonly missing;
  private refusedEvents = 0;
  private readonly rejections;
  private readonly breaches;

  constructor(metrics: Metrics, view: ControlView) {
    this.stopSeconds = metrics.histogram({
      name: 'estop_stop_command_seconds',
      help: 'From a stop command to its answer, the wait for the gateways included.',
      labels: ['mode', 'changed'],
    });
    this.propagationSeconds = metrics.histogram({
      name: 'estop_stop_propagation_seconds',
      help: "From a stop command to a gateway's signed word that it has applied the stop.",
      labels: ['gateway', 'region'],
    });
    this.containmentSeconds = metrics.histogram({
      name: 'estop_containment_seconds',
      help: 'From a stop command to the last receipt (effective), and to the proof that no gateway admits the target (contained).',
      labels: ['reached'],
    });
    this.missing = metrics.counter({
      name: 'estop_stop_unacknowledged_total',
      help: 'Gateways of which nothing was proven when a stop was answered.',
      labels: ['gateway', 'region'],
    });
    this.rejections = metrics.counter({
      name: 'estop_rejected_messages_total',
      help: 'Messages and events of the mesh that nobody can believe: not signed, not well-formed, or out of place.',
      labels: ['what'],
    });
    this.breaches = metrics.counter({
      name: 'estop_policy_breaches_total',
      help: 'Breaches of policies in mode enforce, by what came of them.',
      labels: ['outcome'],
    });
    gauges(metrics, view);
  }

  /** After a stop was answered. Only times that this node witnessed are counted. */
  stopAnswered(report: OrderReport, tookMs: number, waited: boolean): void {
    this.stopSeconds.observe({ mode: report.mode, changed: String(report.changed) }, tookMs / 1000);
    if (waited) this.missed(report);
    if (report.changed) this.witnessed(report);
  }

  breached(outcome: BreachOutcome): void {
    this.breaches.inc({ outcome });
  }

  rejected(what: string): void {
    this.rejections.inc({ what });
    if (what === 'event') this.refusedEvents += 1;
  }

  /** Events of the control log that its signer did not sign, as far as this process has read it. */
  get eventsRefused(): number {
    return this.refusedEvents;
  }

  private missed({ gateways }: OrderReport): void {
    for (const { gateway, region, state } of gateways) {
      if (state === 'missing') this.missing.inc({ gateway, region });
    }
  }

  private witnessed({ gateways, effective, contained_after_ms }: OrderReport): void {
    const times: number[] = [];
    for (const { gateway, region, applied_after_ms } of gateways) {
      if (applied_after_ms === null) continue;
      times.push(applied_after_ms);
      this.propagationSeconds.observe({ gateway, region }, applied_after_ms / 1000);
    }
    if (times.length > 0 && effective.acked === effective.of) {
      this.containmentSeconds.observe({ reached: 'effective' }, Math.max(...times) / 1000);
    }
    if (contained_after_ms !== null) {
      this.containmentSeconds.observe({ reached: 'contained' }, contained_after_ms / 1000);
    }
  }
}

/** What the control node of this process is and holds. */
export const nodeGauges = (metrics: Metrics, node: NodeGauges): void => {
  metrics.gauge({
    name: 'estop_node_member',
    help: '1: this control node is a member of the mesh, and renews leases.',
    collect: (gauge) => gauge.set(Number(node.isMember)),
  });
  metrics.gauge({
    name: 'estop_node_ready',
    help: '1: this control node may prove by time that a silent gateway admits nothing.',
    collect: (gauge) => gauge.set(Number(node.isReady)),
  });
  metrics.gauge({
    name: 'estop_orders_pending',
    help: "Stops on this node's disk that the control log does not have yet.",
    collect: (gauge) => gauge.set(node.spool.pending),
  });
  metrics.gauge({
    name: 'estop_spool_writable',
    help: '0: the last write of a stop to the disk failed.',
    collect: (gauge) => gauge.set(Number(node.spool.isWritable)),
  });
};

/** How old the proof is that each region can stop. A region whose canary was never stopped has none. */
export const armingGauge = (
  metrics: Metrics,
  { armings, view }: { readonly armings: Armings; readonly view: ControlView },
): void => {
  metrics.gauge({
    name: 'estop_arming_age_seconds',
    help: 'Since every gateway of the region last stopped its canary, as this node saw it.',
    labels: ['region'],
    collect: (gauge) => {
      gauge.reset();
      for (const region of new Set(view.gateways().map((gateway) => gateway.region))) {
        const ageSeconds = armings.ageSeconds(region);
        if (ageSeconds !== null) gauge.set({ region }, ageSeconds);
      }
    },
  });
};

const gauges = (metrics: Metrics, view: ControlView): void => {
  metrics.gauge({
    name: 'estop_orders_standing',
    help: 'Stop orders that stand.',
    collect: (gauge) => gauge.set([...view.standing()].length),
  });
  metrics.gauge({
    name: 'estop_gateways_joined',
    help: 'Gateways that are members of the mesh.',
    collect: (gauge) => gauge.set(view.gateways().length),
  });
  metrics.gauge({
    name: 'estop_control_applied_sequence',
    help: 'The sequence of the control log up to which this service has applied everything.',
    collect: (gauge) => gauge.set(view.position),
  });
};
