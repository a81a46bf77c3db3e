import type { OrderReport } from '#contracts';
import type { ControlView } from '#domain';
import type { Metrics } from '#platform';

/** What the command API counts and times; see the names for their units. */
export class CommandMetrics {
  private readonly stopSeconds;
  private readonly propagationSeconds;
  private readonly missing;

  constructor(metrics: Metrics, view: ControlView) {
    this.stopSeconds = metrics.histogram({
      name: 'estop_stop_command_seconds',
      help: 'From a stop command to its answer, the wait for the gateways included.',
      labels: ['mode', 'changed'],
    });
    this.propagationSeconds = metrics.histogram({
      name: 'estop_stop_propagation_seconds',
      help: "From a stop command to a gateway's word that it has applied the stop.",
      labels: ['gateway', 'region'],
    });
    this.missing = metrics.counter({
      name: 'estop_stop_unacknowledged_total',
      help: 'Gateways that had not applied a stop when its command was answered.',
      labels: ['gateway', 'region'],
    });
    gauges(metrics, view);
  }

  /** After a stop was answered. Only times that this node witnessed are counted. */
  stopAnswered(report: OrderReport, tookMs: number, waited: boolean): void {
    this.stopSeconds.observe({ mode: report.mode, changed: String(report.changed) }, tookMs / 1000);
    for (const { gateway, region, state, applied_after_ms } of report.gateways) {
      if (applied_after_ms !== null) {
        this.propagationSeconds.observe({ gateway, region }, applied_after_ms / 1000);
      }
      if (waited && state === 'missing') this.missing.inc({ gateway, region });
    }
  }
}

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
