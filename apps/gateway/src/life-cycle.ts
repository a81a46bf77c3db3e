import type { Activity } from './activity/activity.js';
import type { BudgetParts } from './budget/budget-parts.js';
import type { Enforcement } from './control/enforcement.js';
import type { FenceWatch } from './control/fence-watch.js';
import type { PositionReports } from './control/position-reports.js';
import type { WorkInHand } from './deliveries/work-in-hand.js';
import type { Gate } from './gate/gate.js';
import type { GatewayShared } from './gateway-shared.js';
import type { OpenStreams } from './streams/open-streams.js';
import type { SessionParts } from './sessions/session-parts.js';
import { DEADLINES, Deadlines } from './work/deadlines.js';
import { QueueWorker } from './work/queue-worker.js';
import { Retirement, RETIREMENT } from './work/retirement.js';
import type { WorkParts } from './work-parts.js';

export interface Living extends GatewayShared {
  readonly streams: OpenStreams;
  readonly inHand: WorkInHand;
  readonly reports: PositionReports;
  readonly enforcement: Enforcement;
  readonly fences: FenceWatch;
  readonly activity: Activity;
  readonly gate: Gate;
  readonly work: WorkParts;
  readonly sessions: SessionParts;
  readonly budgets: BudgetParts;
}

/** Everything of a gateway that runs by itself, started and stopped together. */
export const lifeCycle = (living: Living) => {
  const { streams, inHand, reports, enforcement, fences, activity, work, sessions, budgets } =
    living;
  const timed = [streams, inHand, reports, fences, enforcement, activity];
  const workers = queueWorkers(living);
  fences.add(streams, ...workers);
  let listening: { stop(): void } | null = null;
  return {
    start: (): void => {
      listening = work.listen();
      for (const part of [...timed, ...workers, sessions.index, budgets.open]) part.start();
    },
    /** From its first turn on nothing moves any more; resolves when the last word is told. */
    stop: async (): Promise<void> => {
      streams.stop();
      listening?.stop();
      for (const part of [inHand, reports, fences, enforcement]) part.stop();
      await Promise.all([
        activity.stop(),
        sessions.index.stop(),
        budgets.open.stop(),
        ...workers.map((it) => it.stop()),
      ]);
    },
  };
};

const queueWorkers = (living: Living): QueueWorker[] => {
  const { logs, log, work, gate } = living;
  const { queues } = logs;
  const parts = { ...living, ...work, queues, store: logs.work };
  const deadlines = new Deadlines(parts);
  const retirement = new Retirement(parts);
  const shared = { queues, log, mayWork: () => gate.ready() };
  return [
    new QueueWorker({ ...shared, queue: DEADLINES, work: (item) => deadlines.work(item) }),
    new QueueWorker({ ...shared, queue: RETIREMENT, work: (item) => retirement.work(item) }),
  ];
};
