import type { Clock, Metrics } from '#platform';

/** What Prometheus sees of an evaluator. */
export interface EvaluatorMetrics {
  /** So many events of a log, of which the last was stored then. */
  applied(stream: string, count: number, lastStoredAtMs: number): void;
  /** A breach was answered; `outcome` as in the answer, or why nothing was done. */
  answered(outcome: string, storedAtMs: number): void;
  told(type: string): void;
  ignored(what: 'signal' | 'event' | 'refused'): void;
  /** Asked at each scrape. */
  watch(evaluator: WatchedEvaluator): void;
}

export interface WatchedEvaluator {
  agents(): number;
  pending(): number;
  /** Stream, sequence. */
  positions(): Iterable<readonly [string, number]>;
}

export const evaluatorMetrics = (metrics: Metrics, clock: Clock): EvaluatorMetrics => {
  let watched: WatchedEvaluator | null = null;
  const events = metrics.counter({
    name: 'estop_policy_events_total',
    help: 'Events that the evaluation of policies has read.',
    labels: ['stream'],
  });
  const lag = metrics.histogram({
    name: 'estop_policy_lag_seconds',
    help: 'From the storing of an event to its evaluation; the last event of each batch.',
    labels: ['stream'],
  });
  const breaches = metrics.counter({
    name: 'estop_policy_breaches_total',
    help: 'Breaches that were told to a command API, by what became of them.',
    labels: ['outcome'],
  });
  const reaction = metrics.histogram({
    name: 'estop_policy_reaction_seconds',
    help: 'From the storing of what breached a rule to the answer of the command API.',
  });
  const facts = metrics.counter({
    name: 'estop_policy_facts_total',
    help: 'Facts about policies that were written to the activity log.',
    labels: ['type'],
  });
  const ignored = metrics.counter({
    name: 'estop_policy_ignored_total',
    help: 'Events that this build cannot read, events of control that nobody signed who may, and signals that are not as they must be.',
    labels: ['what'],
  });
  metrics.gauge({
    name: 'estop_policy_agents',
    help: 'Agents that are measured.',
    collect: (gauge) => gauge.set(watched?.agents() ?? 0),
  });
  metrics.gauge({
    name: 'estop_policy_pending',
    help: 'Breaches and facts that wait to be told.',
    collect: (gauge) => gauge.set(watched?.pending() ?? 0),
  });
  metrics.gauge({
    name: 'estop_policy_position',
    help: 'The last sequence of each log that was evaluated.',
    labels: ['stream'],
    collect: (gauge) => {
      for (const [stream, position] of watched?.positions() ?? []) gauge.set({ stream }, position);
    },
  });
  const secondsSince = (ms: number): number => Math.max(0, clock.nowMs() - ms) / 1000;
  return {
    applied: (stream, count, lastStoredAtMs) => {
      events.inc({ stream }, count);
      lag.observe({ stream }, secondsSince(lastStoredAtMs));
    },
    answered: (outcome, storedAtMs) => {
      breaches.inc({ outcome });
      reaction.observe(secondsSince(storedAtMs));
    },
    told: (type) => facts.inc({ type }),
    ignored: (what) => ignored.inc({ what }),
    watch: (evaluator) => void (watched = evaluator),
  };
};
