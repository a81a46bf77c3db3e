import { createHash } from 'node:crypto';
import type { ActivityEvent, RegionName } from '#contracts';
import { activitySubject, type Address, partsOf } from '#contracts';
import { type HealthCandidate, listDueHealth, type ReadModelDatabase } from '#database';
import { HEALTHY_MS_MAX, type HealthChange, healthChange, STALE_MS_MAX } from '#domain';
import type { EventStore } from '#event-store';
import { type Clock, type Logger, record, toTimestamp } from '#platform';

export interface HealthReactorOptions {
  readonly db: ReadModelDatabase;
  readonly activity: EventStore<ActivityEvent>;
  /** Everything that the activity log holds is in the tables: only then is a silence a silence. */
  readonly upToDate: () => Promise<boolean>;
  readonly region: RegionName;
  readonly clock: Clock;
  readonly log: Logger;
  /** How often it looks, milliseconds. @default 1000 */
  readonly everyMs?: number;
}

/** At most so many changes a look; the rest come with the next. */
const CHANGES_MAX = 500;

/**
 * Puts changes of health that come by the passing of time into the activity log, each once: `healthy` to `degraded` to
 * `unreachable`, and back with the next heartbeat. What it knows is what the log told, by way of the tables; the change
 * that it appends comes back that way, so after a crash it neither forgets nor repeats. Two at once append the same id.
 */
export class HealthReactor {
  private timer: NodeJS.Timeout | null = null;
  private looking: Promise<void> | null = null;

  constructor(private readonly options: HealthReactorOptions) {}

  start(): void {
    this.timer ??= setInterval(() => this.tick(), this.options.everyMs ?? 1_000);
  }

  async stop(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    await this.looking;
  }

  private tick(): void {
    this.looking ??= this.look()
      // A log or a database that is away is told by the projection; this just looks again.
      .catch((error: unknown) => this.options.log.debug({ err: error }, 'health not looked at'))
      .finally(() => (this.looking = null));
  }

  /** One look. */
  async look(): Promise<void> {
    const { db, clock, upToDate } = this.options;
    const nowMs = clock.nowMs();
    if (!(await upToDate())) return;
    const due = await listDueHealth(db, {
      healthySince: toTimestamp(nowMs - HEALTHY_MS_MAX),
      staleSince: toTimestamp(nowMs - STALE_MS_MAX),
      limit: CHANGES_MAX,
    });
    for (const candidate of due) await this.tell(candidate, nowMs);
  }

  private async tell(candidate: HealthCandidate, nowMs: number): Promise<void> {
    const { activity, region, clock } = this.options;
    const change = healthChange({
      address: candidate.address as Address,
      lastHeartbeatAt: candidate.last_heartbeat_at,
      ageMs: nowMs - Date.parse(candidate.last_heartbeat_at),
      told: candidate.health,
    });
    if (change === null) return;
    const { org, workspace, name } = partsOf(change.data.address);
    const id = changeId(change);
    const event = record(
      change,
      {
        actor: { kind: 'system', id: 'audit-projector', via: 'health' },
        org,
        workspace,
        correlationId: id,
      },
      clock,
      { uuid: () => id },
    );
    await activity.append({ subject: activitySubject(region, org, workspace, name), event });
  }
}

/** The same change has the same id, whoever tells it: the log keeps one. A UUID of version 8, made of a hash. */
const changeId = ({ data }: HealthChange): string => {
  const { address, from, to, lastHeartbeatAt } = data;
  const told = JSON.stringify([address, from, to, lastHeartbeatAt]);
  const hex = createHash('sha256').update(told).digest('hex');
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
  ];
  return [...parts, hex.slice(20, 32)].join('-');
};
