import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EvaluationRun } from '../../../apps/policy-evaluator/src/evaluation-run.js';
import { openStores } from '../../../apps/policy-evaluator/src/evaluator-logs.js';
import { evaluatorMetrics } from '../../../apps/policy-evaluator/src/evaluator-metrics.js';
import { SnapshotFile } from '../../../apps/policy-evaluator/src/snapshot/snapshot-file.js';
import { createLogger, createMetrics, systemClock } from '#platform';
import { drainActivity } from '../drain-activity.js';
import type { Contender } from '../rounds.js';
import type { EvaluatorWorld } from './evaluator-world.js';

const log = createLogger({ service: 'bench', level: 'silent' });

/** Everything that the evaluator does after a lost snapshot: all logs from their beginnings, merged and evaluated. */
const evaluate = async ({ nats, dir, events }: EvaluatorWorld): Promise<void> => {
  const clock = systemClock;
  const run = new EvaluationRun({
    stores: openStores(nats),
    partition: { index: 1, of: 1 },
    file: new SnapshotFile(join(dir, 'none'), '1/1', log),
    metrics: evaluatorMetrics(createMetrics('bench', { processDefaults: false }), clock),
    ...{ clock, log, onApplied: () => undefined },
  });
  await run.start();
  await run.stop();
  if (run.positions.ACTIVITY !== events) {
    throw new Error(`evaluated ${run.positions.ACTIVITY} of ${events} events`);
  }
};

const timed = (name: string, work: () => Promise<unknown>): Contender => ({
  name,
  measure: async () => {
    const startedMs = performance.now();
    await work();
    return performance.now() - startedMs;
  },
});

/** In the order: evaluate, drain, drain again. */
export const evaluatorContenders = async (world: EvaluatorWorld): Promise<Contender[]> => {
  await rm(join(world.dir, 'none'), { recursive: true, force: true });
  const bare = () => drainActivity(world.natsUrl, world.events);
  return [
    timed('evaluate', () => evaluate(world)),
    timed('drain', bare),
    timed('drain, again', bare),
  ];
};
