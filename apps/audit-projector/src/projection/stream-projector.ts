import type { ProjectionStatus } from '#contracts';
import { migrate, positionOf, READ_MODEL, type ReadModelDatabase, writeBatch } from '#database';
import { gatherRows } from '#domain';
import type { Following, Stored } from '#event-store';
import { inSpanOfEach, type Logger, type SpanOptions, tracingEnabled } from '#platform';
import { AuditStoppedError, unreadable } from './audit-stopped.js';
import { Backoff } from './backoff.js';
import { Hold } from './hold.js';
import type { LogSource, ProjectedRun } from './log-source.js';
import type { ProjectionMetrics } from './projection-metrics.js';
import type { LogCheck } from './same-log.js';

export interface StreamProjectorOptions {
  readonly db: ReadModelDatabase;
  readonly source: LogSource;
  readonly checkLog: LogCheck;
  readonly metrics: ProjectionMetrics;
  readonly log: Logger;
}

/** Events of one transaction, at most. While it is written the next ones gather, so a busy log makes full batches. */
const BATCH_MAX = 500;

interface Place {
  position: number;
}

class Reconnected extends Error {
  override readonly name = 'Reconnected';
}

/**
 * Keeps the tables up with one log for as long as the process lives. Whatever fails (Postgres away, the log away, a
 * commit whose fate is unknown, another projector that was faster) ends in the same place: it waits a little, looks up
 * the position in the tables, and goes on from there. Only an event that it cannot read, or another log, stops it.
 */
export class StreamProjector {
  private state: ProjectionStatus['state'] = 'starting';
  private problem: string | null = null;
  private position = 0;
  private ended = false;
  private online = true;
  private restart: (error: unknown) => void = () => undefined;
  private running: Promise<void> | null = null;
  private readonly backoff = new Backoff();
  private readonly writes = new Hold();

  constructor(private readonly options: StreamProjectorOptions) {}

  start(): void {
    this.running ??= this.run();
  }

  async stop(): Promise<void> {
    this.ended = true;
    this.backoff.wake();
    this.restart(new Reconnected('ended'));
    await this.running;
    this.state = 'ended';
  }

  /** Follows, with everything that was in the log at its start in the tables. */
  following(): boolean {
    return this.state === 'following';
  }

  /** Everything that the log held when this was called is in the tables. */
  async upToDate(): Promise<boolean> {
    if (!this.following()) return false;
    const last = await this.options.source.lastSequence();
    return this.position >= last;
  }

  async status(): Promise<ProjectionStatus> {
    const { source } = this.options;
    const last = await source.lastSequence().catch(() => null);
    return {
      stream: source.stream,
      state: this.state,
      position: this.position,
      behind: last === null ? null : Math.max(0, last - this.position),
      problem: this.problem,
    };
  }

  /** The last sequence that is in the tables. */
  at(): number {
    return this.position;
  }

  /** Why it is not ready; `null` when it is. */
  trouble(): string | null {
    if (this.following() && !this.online) return 'the log cannot be followed';
    return this.following() ? null : (this.problem ?? this.state);
  }

  /** Waits for the batch in hand and writes none until the answer is called. */
  hold(): Promise<() => void> {
    return this.writes.hold();
  }

  /** Looks at the tables and the log anew, also where it had stopped. */
  again(): void {
    this.backoff.wake();
    this.restart(new Reconnected('the tables were replaced'));
  }

  private async run(): Promise<void> {
    while (!this.ended) {
      try {
        await this.follow();
      } catch (error) {
        if (this.ended) return;
        await this.afterFailure(error);
      }
    }
  }

  private async follow(): Promise<never> {
    const { db, source, checkLog } = this.options;
    const restarted = new Promise<never>((_, reject) => (this.restart = reject));
    restarted.catch(() => undefined);
    // The tables may be gone: dropped by hand, or lost with the database. The log has it all.
    await migrate(db);
    // Belongs to this following alone: one that was ended with a batch in hand must not move the next one's.
    const place = { position: await positionOf(db, READ_MODEL, source.stream) };
    this.position = place.position;
    await checkLog(source, place.position);
    this.online = true;
    const following = source.follow({
      fromSequence: place.position + 1,
      batchMax: BATCH_MAX,
      onRun: (run, events) => this.onRun(place, run, events),
      onConnected: (now) => {
        // The log may come back shorter than it was: whoever reconnects compares again.
        if (now && !this.online) this.restart(new Reconnected('the log is back'));
        this.online = now;
      },
    });
    try {
      void this.tellCaughtUp(following);
      return await Promise.race([following.failed, restarted]);
    } finally {
      await following.stop();
    }
  }

  private async tellCaughtUp(following: Following): Promise<void> {
    const caughtUp = await following.caughtUp.then(
      () => true,
      () => false,
    );
    if (!caughtUp || this.ended) return;
    this.state = 'following';
    this.problem = null;
    this.backoff.reset();
  }

  private async onRun(
    place: Place,
    run: ProjectedRun,
    events: readonly Stored<unknown>[],
  ): Promise<void> {
    const { upTo } = run;
    if (upTo !== null) {
      await this.writes.pass(() => this.write(place, run, upTo, events));
    }
    if (run.unreadable !== null) throw unreadable(this.options.source.stream, run.unreadable);
  }

  private async write(
    place: Place,
    run: ProjectedRun,
    upTo: number,
    events: readonly Stored<unknown>[],
  ) {
    const { db, source, metrics } = this.options;
    const { stream } = source;
    const write = () =>
      writeBatch(db, {
        schema: READ_MODEL,
        stream,
        after: place.position,
        upTo,
        batch: gatherRows(run.operations),
      });
    await (tracingEnabled()
      ? inSpanOfEach(`project ${stream}`, spansOf(stream, events), write)
      : write());
    place.position = upTo;
    this.position = upTo;
    metrics.projected(stream, run.events, events.at(-1)?.storedAtMs ?? 0);
  }

  private async afterFailure(error: unknown): Promise<void> {
    const { log, source } = this.options;
    if (error instanceof Reconnected) return;
    this.problem = error instanceof Error ? error.message : String(error);
    const place = { stream: source.stream, position: this.position };
    if (error instanceof AuditStoppedError) {
      this.state = 'stopped';
      log.error(place, this.problem);
      await this.backoff.sleep();
      return;
    }
    this.state = 'retrying';
    log.warn({ ...place, err: error }, 'projection interrupted: trying again');
    await this.backoff.wait();
  }
}

/** One for each trace in the batch: an append of several events is one part of its trace. */
const spansOf = (stream: string, events: readonly Stored<unknown>[]): SpanOptions[] => {
  const byParent = new Map<string, SpanOptions>();
  for (const { trace, sequence } of events) {
    if (trace.traceparent === undefined || byParent.has(trace.traceparent)) continue;
    const attributes = { 'estop.stream': stream, 'estop.sequence': sequence };
    byParent.set(trace.traceparent, { headers: trace, attributes, kind: 'consumer' });
  }
  return [...byParent.values()];
};
