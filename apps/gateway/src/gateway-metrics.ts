import type { Metrics } from '#platform';

export interface Gauges {
  openStreams(): number;
  heldWork(): number;
  workInHand(): number;
  appliedSequence(): number;
  waitingActivity(): number;
  /** Of the freshest proof, in seconds; `NaN` without one. */
  leaseAge(): number;
}

/** How well this gateway can prove what it knows. */
const leaseMetrics = (metrics: Metrics) => ({
  fences: metrics.counter({
    name: 'estop_gateway_fences_total',
    help: 'Times that this gateway lost its proof and stopped admitting; the start and the end of the process are not counted.',
  }),
  fencedSeconds: metrics.counter({
    name: 'estop_gateway_fenced_seconds_total',
    help: 'Time without a proof, in which nothing was admitted; the start and the end of the process are not counted.',
  }),
  proofs: metrics.counter({
    name: 'estop_lease_proofs_total',
    help: 'Answers of control nodes that proved the state fresher than it was known to be.',
  }),
  receipts: metrics.counter({
    name: 'estop_receipts_total',
    help: 'Signed receipts of stops that were sent, repeats included.',
  }),
  rejected: metrics.counter({
    name: 'estop_rejected_messages_total',
    help: 'Messages and events of the containment protocol that nobody can believe: unsigned, forged or unreadable.',
    labels: ['what'],
  }),
  late: metrics.counter({
    name: 'estop_late_admissions_total',
    help: 'What was sent in the moment in which the lease ran out; its connection was broken, and the log names it.',
    labels: ['what'],
  }),
  stale: metrics.counter({
    name: 'estop_stale_passes_total',
    help: 'What passed without a proof because its namespaces chose on_fence: allow.',
    labels: ['what'],
  }),
});

/** No budget and no currency is a label: there may be as many as there are agents. */
const budgetMetrics = (metrics: Metrics) => ({
  reservations: metrics.counter({
    name: 'estop_budget_reservations_total',
    help: 'Acts under caps by what came of setting their cost aside: reserved, exceeded, unavailable.',
    labels: ['outcome'],
  }),
  watchBudgets: (budgets: { readonly size: number; readonly activeSize: number }) => {
    metrics.gauge({
      name: 'estop_budgets_open',
      help: 'Budgets whose account is in memory here.',
      collect: (it) => it.set(budgets.size),
    });
    metrics.gauge({
      name: 'estop_budgets_active',
      help: 'Budgets under which this gateway holds an allotment or has something to tell the ledger.',
      collect: (it) => it.set(budgets.activeSize),
    });
  },
});

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
  ...leaseMetrics(metrics),
  ...budgetMetrics(metrics),
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
    gauge(
      'estop_lease_age_seconds',
      'The age of the freshest proof that this gateway knows every stop; NaN without one.',
      gauges.leaseAge,
    );
    gauge('estop_activity_waiting', 'Activity events not yet stored.', gauges.waitingActivity);
  },
});
export type GatewayMetrics = ReturnType<typeof gatewayMetrics>;
