import type { RebuildReport } from '#contracts';
import {
  buildIndexes,
  compareAndSwap,
  createShadow,
  positionOf,
  READ_MODEL,
  type ReadModelDatabase,
} from '#database';
import type { Clock, Logger } from '#platform';
import type { LogSource } from '../projection/log-source.js';
import type { StreamProjector } from '../projection/stream-projector.js';
import { replay } from './replay.js';

export interface RebuiltStream {
  readonly source: LogSource;
  readonly projector: StreamProjector;
}

export interface RebuildOptions {
  /** With time for long statements: comparing reads every row. */
  readonly db: ReadModelDatabase;
  readonly streams: readonly RebuiltStream[];
  readonly clock: Clock;
  readonly log: Logger;
}

export class RebuildRefusedError extends Error {
  override readonly name = 'RebuildRefusedError';
  constructor(
    readonly code: 'rebuild_running' | 'log_truncated',
    message: string,
  ) {
    super(message);
  }
}

/** The live projection is held only once so few events are missing, or after so many rounds of catching up. */
const SMALL_GAP = 500;
const ROUNDS_MAX = 10;

/**
 * Replays the logs into fresh tables beside the live ones, which go on meanwhile; then holds the projection for a moment,
 * compares both at the same position, and puts the fresh ones in place of the live ones in one transaction.
 */
export class Rebuild {
  private busy = false;

  constructor(private readonly options: RebuildOptions) {}

  running(): boolean {
    return this.busy;
  }

  /** @throws RebuildRefusedError; or what kept it: then the live tables are as they were. */
  async run(acceptLoss: boolean): Promise<RebuildReport> {
    if (this.busy) throw new RebuildRefusedError('rebuild_running', 'a rebuild is running already');
    this.busy = true;
    try {
      if (!acceptLoss) await this.refuseLoss();
      return await this.rebuild();
    } finally {
      this.busy = false;
    }
  }

  private async refuseLoss(): Promise<void> {
    for (const { source } of this.options.streams) {
      const first = await source.firstSequence();
      const forgotten = first === null ? (await source.lastSequence()) > 0 : first > 1;
      if (!forgotten) continue;
      throw new RebuildRefusedError(
        'log_truncated',
        `${source.stream} begins at ${first ?? 'nothing'}: what was projected of earlier events would be lost; ` +
          'ask again with accept_loss to have the read model of what is left',
      );
    }
  }

  private async rebuild(): Promise<RebuildReport> {
    const { db, streams, clock, log } = this.options;
    const startedMs = clock.monotonicMs();
    const shadow = streams.map((stream) => new ShadowStream(db, stream));
    await this.fill(shadow);
    const open = await Promise.all(streams.map(({ projector }) => projector.hold()));
    try {
      for (const stream of shadow) await stream.catchUp();
      const tables = await compareAndSwap(db);
      const report: RebuildReport = {
        ok: true,
        identical: tables.every(({ before, after }) => before === after),
        tables,
        positions: Object.fromEntries(shadow.map(({ stream, position }) => [stream, position])),
        events: shadow.reduce((sum, { events }) => sum + events, 0),
        seconds: Math.round(clock.monotonicMs() - startedMs) / 1000,
      };
      log[report.identical ? 'info' : 'warn'](report, 'read model rebuilt from the logs');
      return report;
    } finally {
      for (const release of open) release();
      for (const { projector } of streams) projector.again();
    }
  }

  /** Up to where the live tables nearly are, while they go on. */
  private async fill(shadow: readonly ShadowStream[]): Promise<void> {
    const { db } = this.options;
    const indexes = await createShadow(db);
    for (const stream of shadow) await stream.catchUp();
    await buildIndexes(db, indexes);
    for (let round = 1; round < ROUNDS_MAX && (await gapOf(shadow)) > SMALL_GAP; round += 1) {
      for (const stream of shadow) await stream.catchUp();
    }
  }
}

const gapOf = async (shadow: readonly ShadowStream[]): Promise<number> => {
  const gaps = await Promise.all(shadow.map((stream) => stream.gap()));
  return Math.max(...gaps);
};

/** How far the shadow is in one log. It never goes further than the live tables are. */
class ShadowStream {
  position = 0;
  events = 0;

  constructor(
    private readonly db: ReadModelDatabase,
    private readonly from: RebuiltStream,
  ) {}

  get stream(): string {
    return this.from.source.stream;
  }

  async gap(): Promise<number> {
    return (await this.target()) - this.position;
  }

  async catchUp(): Promise<void> {
    const { db, from, position: after } = this;
    const { position, events } = await replay({
      db,
      source: from.source,
      after,
      upTo: await this.target(),
    });
    this.position = position;
    this.events += events;
  }

  /** The live tables may stand beyond the log, where it is not the log that they were made of. */
  private async target(): Promise<number> {
    const { source } = this.from;
    const position = await positionOf(this.db, READ_MODEL, source.stream);
    return Math.min(position, await source.lastSequence());
  }
}
