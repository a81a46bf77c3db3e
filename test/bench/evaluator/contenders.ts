import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, createInbox } from '@nats-io/transport-node';
import { EvaluationRun } from '../../../apps/policy-evaluator/src/evaluation-run.js';
import { openStores } from '../../../apps/policy-evaluator/src/evaluator-logs.js';
import { evaluatorMetrics } from '../../../apps/policy-evaluator/src/evaluator-metrics.js';
import { SnapshotFile } from '../../../apps/policy-evaluator/src/snapshot/snapshot-file.js';
import { createLogger, createMetrics, systemClock } from '#platform';
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

/** The least that reading the log can cost: one push consumer with flow control, and nobody looks inside. */
const drain = async (url: string, events: number): Promise<void> => {
  const nc = await connect({ servers: url });
  const inbox = createInbox();
  let seen = 0;
  let ended = (): void => undefined;
  const end = new Promise<void>((resolve) => (ended = resolve));
  nc.subscribe(inbox, {
    callback: (_, message) => {
      if (message.headers?.code === 100) return void message.respond();
      seen += 1;
      if (seen === events) ended();
    },
  });
  const config = {
    ...{ deliver_subject: inbox, ack_policy: 'none', deliver_policy: 'all', max_deliver: 1 },
    ...{ flow_control: true, idle_heartbeat: 1_000_000_000, mem_storage: true },
  };
  await nc.request(
    '$JS.API.CONSUMER.CREATE.ACTIVITY.drain',
    JSON.stringify({ stream_name: 'ACTIVITY', config: { ...config, name: 'drain' } }),
  );
  await end;
  await nc.request('$JS.API.CONSUMER.DELETE.ACTIVITY.drain');
  await nc.close();
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
  const bare = () => drain(world.natsUrl, world.events);
  return [
    timed('evaluate', () => evaluate(world)),
    timed('drain', bare),
    timed('drain, again', bare),
  ];
};
