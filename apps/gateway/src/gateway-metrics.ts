import type { Metrics } from '#platform';

export interface Gauges {
  openStreams(): number;
  heldWork(): number;
  workInHand(): number;
  appliedSequence(): number;
  waitingActivity(): number;
}

/** What a gateway tells Prometheus. */
export const gatewayMetrics = (metrics: Metrics) => ({
  decisions: metrics.counter({
    name: 'estop_gate_decisions_total',
    help: 'Decisions of the gate, by act and by the code of the refusal (none: allowed).',
    labels: ['act', 'refused_by'],
  }),
  held: metrics.counter({
    name: 'estop_held_intents_total',
    help: 'Intents that were taken for a receiver whom a stop holds: delivered after its lift.',
  }),
  propagation: metrics.histogram({
    name: 'estop_control_propagation_seconds',
    help: 'From the storing of an order or a lift in the control log to its being in force here.',
    labels: ['change'],
  }),
  cut: metrics.counter({
    name: 'estop_cut_streams_total',
    help: 'Open streams that were closed by a stop or a revoked key.',
    labels: ['cause'],
  }),
  deliveries: metrics.counter({
    name: 'estop_deliveries_total',
    help: 'Intents handed to agents, held back, or taken back from them.',
    labels: ['outcome'],
  }),
  activityLost: metrics.counter({
    name: 'estop_activity_lost_total',
    help: 'Activity events that were dropped because the log was away for too long.',
  }),
  forwarded: metrics.counter({
    name: 'estop_forwarded_requests_total',
    help: 'Requests handed to a command API, by the status of its answer.',
    labels: ['status'],
  }),
  watch: (gauges: Gauges) => {
    const gauge = (name: string, help: string, read: () => number): unknown =>
      metrics.gauge({ name, help, collect: (it) => it.set(read()) });
    gauge('estop_open_streams', 'Open event streams.', gauges.openStreams);
    gauge(
      'estop_held_work',
      'Intents that were set aside here until a lift, while others of their queue flow.',
      gauges.heldWork,
    );
    gauge('estop_work_in_hand', 'Intents delivered here and not answered.', gauges.workInHand);
    gauge(
      'estop_control_applied_sequence',
      'The sequence of the control log up to which everything is in force here.',
      gauges.appliedSequence,
    );
    gauge('estop_activity_waiting', 'Activity events not yet stored.', gauges.waitingActivity);
  },
});
export type GatewayMetrics = ReturnType<typeof gatewayMetrics>;
