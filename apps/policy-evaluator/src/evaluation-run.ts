import { SignatureCheck } from '#containment';
import { signalPlaceOf, signalProblem } from '#contracts';
import { isInPartition, type Partition, PolicyEvaluation } from '#domain';
import type { Stored } from '#event-store';
import { breachIdFrom, type Clock, type Logger, uuidFrom } from '#platform';
import { type EvaluatorStores, filtersOf, type LogName } from './evaluator-logs.js';
import type { EvaluatorMetrics } from './evaluator-metrics.js';
import { LogTime } from './logs/log-time.js';
import { type Feed, MergedLogs } from './logs/merged-logs.js';
import { TimeMarks } from './logs/time-marks.js';
import { readAgain } from './snapshot/read-again.js';
import type { Snapshot, SnapshotFile } from './snapshot/snapshot-file.js';

export interface EvaluationRunOptions {
  readonly stores: EvaluatorStores;
  readonly partition: Partition;
  readonly file: SnapshotFile;
  readonly metrics: EvaluatorMetrics;
  readonly clock: Clock;
  readonly log: Logger;
  /** Something was evaluated, and there may be something to do. */
  onApplied(): void;
}

/** What happened longer ago than this, and was not told in time, is not acted on any more. */
const ACT_WITHIN_MS = 3_600_000;
const NOWHERE: Snapshot['positions'] = { CONTROL: 0, ACTIVITY: 0, SIGNALS: 0, SESSIONS: 0 };

/** One evaluation from its snapshot, or from the beginning, to the end of the logs and on. */
export class EvaluationRun {
  readonly evaluation: PolicyEvaluation;
  readonly marks = new TimeMarks();
  readonly positions: Snapshot['positions'] = { ...NOWHERE };
  readonly time: LogTime;
  /** All logs have been read to their ends: what is found is acted on. */
  isLive = false;
  private merged: MergedLogs | null = null;
  /** Sees the control log from its beginning, also where the state comes from a snapshot: it brings the keys. */
  private readonly check = new SignatureCheck();
  private readonly counts = new Map<LogName, { events: number; storedAtMs: number }>();

  constructor(private readonly options: EvaluationRunOptions) {
    const { partition, clock } = options;
    this.time = new LogTime(clock);
    this.evaluation = new PolicyEvaluation({
      isOwn: (address) => isInPartition(address, partition),
      ids: { breachId: (text) => breachIdFrom(text), eventId: (text) => uuidFrom(text) },
    });
  }

  /** Resolves when it is live. @throws when a log cannot be followed */
  async start(): Promise<void> {
    const { stores, file } = this.options;
    const snapshot = await usable(await file.load(), stores, file);
    if (snapshot !== null) await this.restore(snapshot);
    const names: readonly LogName[] = ['CONTROL', 'ACTIVITY', 'SIGNALS', 'SESSIONS'];
    this.merged = new MergedLogs(
      names.map((name) => this.feed(name)),
      () => {
        this.tellCounts();
        if (this.isLive) this.options.onApplied();
      },
    );
    await Promise.race([this.merged.caughtUp, this.merged.failed]);
    this.goLive();
  }

  /** Rejects when it cannot go on. */
  failed(): Promise<never> {
    return this.merged?.failed ?? new Promise<never>(() => undefined);
  }

  /** Time passes, also when nothing happens; not while a log may hold something that is not read yet. */
  tick(): void {
    const nowMs = this.time.nowMs();
    if (!this.isLive || nowMs === 0 || this.merged?.connected() !== true) return;
    this.evaluation.tick(nowMs);
    this.options.onApplied();
  }

  connected(): boolean {
    return this.merged?.connected() ?? false;
  }

  /** As of now; the state is whole between two events. */
  snapshot(): Omit<Snapshot, 'format' | 'partition'> {
    return {
      incarnation: this.evaluation.view.incarnation,
      positions: { ...this.positions },
      marks: this.marks.save(),
      state: this.evaluation.save(),
    };
  }

  async stop(): Promise<void> {
    await this.merged?.stop();
  }

  private async restore(snapshot: Snapshot): Promise<void> {
    const { stores, file } = this.options;
    const { view } = this.evaluation;
    await readAgain(stores.CONTROL, snapshot.positions.CONTROL, (written) => {
      const stored = this.check.counting(written);
      if (stored !== null) this.evaluation.controlAgain(stored);
      this.time.note(written.storedAtMs);
    });
    if (view.incarnation !== snapshot.incarnation) {
      throw new SnapshotUnusable('it is of another control log');
    }
    try {
      this.evaluation.restore(snapshot.state);
    } catch (error) {
      throw new SnapshotUnusable('it is not as it must be', { cause: error });
    }
    Object.assign(this.positions, snapshot.positions);
    this.marks.restore(snapshot.marks);
    this.options.log.info({ ...this.positions, file: file.path }, 'going on from the snapshot');
  }

  private count(name: LogName, storedAtMs: number): void {
    const counted = this.counts.get(name);
    if (counted === undefined) return void this.counts.set(name, { events: 1, storedAtMs });
    counted.events += 1;
    counted.storedAtMs = storedAtMs;
  }

  /** Once for each batch: a histogram would cost more than the evaluation. */
  private tellCounts(): void {
    for (const [name, { events, storedAtMs }] of this.counts) {
      this.options.metrics.applied(name, events, storedAtMs);
    }
    this.counts.clear();
  }

  private goLive(): void {
    const { log } = this.options;
    this.isLive = true;
    const nowMs = this.time.nowMs();
    this.evaluation.restarted(nowMs);
    const dropped = this.evaluation.pending.dropBefore(nowMs - ACT_WITHIN_MS);
    log.info({ ...this.positions, dropped, pending: this.evaluation.pending.size }, 'evaluating');
    this.options.onApplied();
  }

  private feed(name: LogName): Feed {
    const store = this.options.stores[name];
    const apply = this.appliers[name] as (stored: Stored<unknown>) => void;
    return {
      name,
      follow: (to) =>
        store.follow({ filters: filtersOf(name), fromSequence: this.positions[name] + 1, ...to }),
      apply: (stored) => {
        apply(stored);
        this.positions[name] = stored.sequence;
        this.time.note(stored.storedAtMs);
        this.count(name, stored.storedAtMs);
        if (!stored.decoded.known) this.options.metrics.ignored('event');
      },
    };
  }

  private readonly appliers: {
    readonly [N in LogName]: (stored: StoredOf<N>) => void;
  } = {
    CONTROL: (written) => this.control(written),
    ACTIVITY: (stored) => {
      this.marks.note(stored.storedAtMs, stored.sequence);
      this.evaluation.activity(stored);
    },
    SIGNALS: (stored) => this.signal(stored),
    SESSIONS: (stored) => this.evaluation.session(stored),
  };

  private control(written: StoredOf<'CONTROL'>): void {
    const stored = this.check.counting(written);
    if (stored === null) return this.options.metrics.ignored('refused');
    this.evaluation.control(stored);
  }

  private signal(stored: StoredOf<'SIGNALS'>): void {
    if (!stored.decoded.known) return;
    const place = signalPlaceOf(stored.subject);
    const { event } = stored.decoded;
    if (place === null || signalProblem(place, event) !== null) {
      return this.options.metrics.ignored('signal');
    }
    this.evaluation.signal(place, event, stored);
  }
}

type StoredOf<N extends LogName> = EvaluatorStores[N] extends {
  first(filter: string): Promise<infer S | null>;
}
  ? S
  : never;

/** It cannot be gone on from: the next run begins without it. */
export class SnapshotUnusable extends Error {
  override readonly name = 'SnapshotUnusable';
  readonly code = 'SNAPSHOT_UNUSABLE';
}

/** A log that ends before the snapshot is another one: its next events would be taken for known. */
const usable = async (
  snapshot: Snapshot | null,
  stores: EvaluatorStores,
  file: SnapshotFile,
): Promise<Snapshot | null> => {
  if (snapshot === null) return null;
  for (const [name, position] of Object.entries(snapshot.positions)) {
    const last = await stores[name as LogName].lastSequence();
    if (last < position) return file.unused(`${name} ends at ${last}, before ${position}`);
  }
  return snapshot;
};
