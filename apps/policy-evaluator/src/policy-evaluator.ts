import type { Partition } from '#domain';
import type { Check, Clock, Logger, Metrics } from '#platform';
import { answerBacktests } from './backtest/backtest-requests.js';
import type { BacktestSource } from './backtest/backtest-run.js';
import { EvaluationRun, SnapshotUnusable } from './evaluation-run.js';
import { type EvaluatorStores, type Logs, openStores } from './evaluator-logs.js';
import { type EvaluatorMetrics, evaluatorMetrics } from './evaluator-metrics.js';
import { Pause } from './pause.js';
import { Reactor } from './reactions/reactor.js';
import { SnapshotFile } from './snapshot/snapshot-file.js';

export interface PolicyEvaluatorOptions {
  readonly nats: Logs;
  readonly dataDir: string;
  readonly partition: Partition;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Logger;
  /** How often time alone is looked at, milliseconds. @default 250 */
  readonly tickEveryMs?: number;
  /** @default 5000 */
  readonly snapshotEveryMs?: number;
}

const TICK_MS = 250;
const SNAPSHOT_MS = 5_000;
/** Making snapshots takes at most this share of the time, however large they are. */
const SNAPSHOT_SHARE = 0.02;

/** Follows the logs, evaluates policies, does what follows from it, and answers backtests. Begins again after a failure. */
export class PolicyEvaluator {
  private readonly stores: EvaluatorStores;
  private readonly metrics: EvaluatorMetrics;
  private readonly file: SnapshotFile;
  private readonly reactor: Reactor;
  private readonly pause = new Pause();
  private run: EvaluationRun | null = null;
  private problem = 'the logs are still being read';
  private ended = false;
  private end: () => void = () => undefined;
  private readonly atEnd = new Promise<void>((resolve) => (this.end = resolve));
  private running: Promise<void> = Promise.resolve();
  private requests: { stop(): void } | null = null;
  private timers: NodeJS.Timeout[] = [];
  private savedAt = '';

  constructor(private readonly options: PolicyEvaluatorOptions) {
    const { nats, dataDir, partition, clock, log } = options;
    this.stores = openStores(nats);
    this.metrics = evaluatorMetrics(options.metrics, clock);
    this.file = new SnapshotFile(dataDir, `${partition.index}/${partition.of}`, log);
    this.reactor = new Reactor({
      messaging: nats.messaging(),
      activity: this.stores.ACTIVITY,
      ...{ metrics: this.metrics, clock, log },
    });
    this.metrics.watch({
      agents: () => this.run?.evaluation.agents ?? 0,
      pending: () => this.run?.evaluation.pending.size ?? 0,
      positions: () => Object.entries(this.run?.positions ?? {}),
    });
  }

  start(): void {
    const { nats, log, tickEveryMs = TICK_MS } = this.options;
    this.running = this.runAll();
    this.timers.push(setInterval(() => this.run?.tick(), tickEveryMs));
    this.saveLater(this.options.snapshotEveryMs ?? SNAPSHOT_MS);
    this.requests = answerBacktests({
      ...{ messaging: nats.messaging(), log },
      source: () => this.backtestSource(),
    });
  }

  /** For `/readyz`. */
  check(): Check {
    if (this.run?.isLive !== true) return { ok: false, detail: this.problem };
    return this.run.connected() ? { ok: true } : { ok: false, detail: 'a log cannot be followed' };
  }

  /** With what it knows on the disk. */
  async stop(): Promise<void> {
    this.ended = true;
    this.end();
    this.requests?.stop();
    for (const timer of this.timers) clearTimeout(timer);
    this.pause.end();
    await this.reactor.stop();
    const { run } = this;
    await run?.stop();
    await this.running;
    if (run?.isLive === true) await this.save(run);
  }

  private async runAll(): Promise<void> {
    while (!this.ended) {
      try {
        await this.runOnce();
      } catch (error) {
        if (this.ended) return;
        this.reactor.serve(null);
        await this.run?.stop();
        await this.afterFailure(error);
      }
    }
  }

  /** Returns at the end alone. */
  private async runOnce(): Promise<void> {
    const { partition, clock, log } = this.options;
    const { stores, file, metrics } = this;
    const onApplied = () => this.reactor.wake();
    const run = new EvaluationRun({ stores, file, metrics, partition, clock, log, onApplied });
    this.run = run;
    await Promise.race([run.start(), this.atEnd]);
    if (this.ended) return;
    this.pause.reset();
    this.reactor.serve(run.evaluation.pending);
    await Promise.race([run.failed(), this.atEnd]);
  }

  private async afterFailure(error: unknown): Promise<void> {
    this.problem = error instanceof Error ? error.message : String(error);
    this.options.log.warn({ err: error }, 'evaluation interrupted: beginning again');
    if (error instanceof SnapshotUnusable) await this.file.forget(error.message);
    await this.pause.wait();
  }

  private saveLater(afterMs: number): void {
    const timer = setTimeout(() => {
      const startedMs = this.options.clock.monotonicMs();
      void this.saveIfChanged().finally(() => {
        const tookMs = this.options.clock.monotonicMs() - startedMs;
        this.timers = this.timers.filter((other) => other !== timer);
        const everyMs = this.options.snapshotEveryMs ?? SNAPSHOT_MS;
        if (!this.ended) this.saveLater(Math.max(everyMs, tookMs / SNAPSHOT_SHARE));
      });
    }, afterMs);
    this.timers.push(timer);
  }

  private async saveIfChanged(): Promise<void> {
    const { run } = this;
    if (run?.isLive !== true || JSON.stringify(run.positions) === this.savedAt) return;
    await this.save(run);
  }

  private async save(run: EvaluationRun): Promise<void> {
    const positions = JSON.stringify(run.positions);
    try {
      await this.file.save(run.snapshot());
      this.savedAt = positions;
    } catch (error) {
      // Without it the next start reads the logs again; nothing is lost.
      this.options.log.error({ err: error }, 'the snapshot cannot be written');
    }
  }

  private backtestSource(): BacktestSource | null {
    const { run } = this;
    if (run?.isLive !== true) return null;
    return {
      activity: this.stores.ACTIVITY,
      view: run.evaluation.view,
      sequenceAt: (atMs) => run.marks.sequenceAt(atMs),
      nowMs: () => run.time.nowMs(),
    };
  }
}
