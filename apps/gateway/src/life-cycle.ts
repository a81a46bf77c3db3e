import type { Activity } from './activity/activity.js';
import type { Enforcement } from './control/enforcement.js';
import type { Membership } from './control/membership.js';
import type { PositionReports } from './control/position-reports.js';
import type { Pulse } from './control/pulse.js';
import type { WorkInHand } from './deliveries/work-in-hand.js';
import type { GatewayShared } from './gateway-shared.js';
import type { OpenStreams } from './streams/open-streams.js';
import { DEADLINES, Deadlines } from './work/deadlines.js';
import { QueueWorker } from './work/queue-worker.js';
import { Retirement, RETIREMENT } from './work/retirement.js';
import type { WorkParts } from './work-parts.js';

export interface Living extends GatewayShared {
  readonly streams: OpenStreams;
  readonly inHand: WorkInHand;
  readonly reports: PositionReports;
  readonly enforcement: Enforcement;
  readonly pulse: Pulse;
  readonly activity: Activity;
  readonly membership: Membership;
  readonly work: WorkParts;
}

/** Everything of a gateway that runs by itself, started and stopped together. */
export const lifeCycle = (living: Living) => {
  const { streams, inHand, reports, enforcement, pulse, activity, membership, work } = living;
  const timed = [streams, inHand, reports, pulse, enforcement, activity];
  const workers = queueWorkers(living);
  let listening: { stop(): void } | null = null;
  return {
    start: (): void => {
      listening = work.listen();
      for (const part of [...timed, ...workers]) part.start();
    },
    /** Stops serving first, then says so. */
    stop: async (): Promise<void> => {
      streams.stop();
      listening?.stop();
      for (const part of [inHand, reports, pulse, enforcement]) part.stop();
      await Promise.all([membership.leave(), activity.stop(), ...workers.map((it) => it.stop())]);
    },
  };
};

const queueWorkers = (living: Living): QueueWorker[] => {
  const { logs, log, work } = living;
  const { queues } = logs;
  const parts = { ...living, ...work, queues, store: logs.work };
  const deadlines = new Deadlines(parts);
  const retirement = new Retirement(parts);
  return [
    new QueueWorker({ queues, log, queue: DEADLINES, work: (item) => deadlines.work(item) }),
    new QueueWorker({ queues, log, queue: RETIREMENT, work: (item) => retirement.work(item) }),
  ];
};
