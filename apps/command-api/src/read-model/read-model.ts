import {
  InvalidCursorError,
  listAgentStats,
  listAudit,
  listMeshEvents,
  receiptsOf,
  refusalsOf,
  usageOf,
  type AgentStats,
  type AgentStatsQuery,
  type AuditLine,
  type AuditQuery,
  type MeshEventLine,
  type OrderRefusalsLine,
  type Page,
  type ReadModelDatabase,
  type ReceiptLine,
  type UsageStep,
} from '#database';
import { ApiProblem, invalidFields, wireDetails, type Clock, type Logger } from '#platform';

export interface ReadModelParts {
  /** `null`: this service was started without a database. */
  readonly db: ReadModelDatabase | null;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly logger: Logger;
}

export interface OrderLines {
  readonly receipts: readonly ReceiptLine[];
  readonly refusals: readonly OrderRefusalsLine[];
}

/** So long nobody asks again after Postgres did not answer, so that its outage does not make every list slow. */
const RETRY_AFTER_MS = 2000;
/** So long an answer waits for what it can do without. */
const PATIENCE_MS = 750;

/**
 * The tables that the audit projector keeps. Nothing is decided from them: where they are away, what must be answered is
 * answered from the control log alone.
 */
export class ReadModel {
  private awaySinceMs: number | null = null;

  constructor(private readonly parts: ReadModelParts) {}

  available(): boolean {
    const { db, clock } = this.parts;
    if (db === null) return false;
    return this.awaySinceMs === null || clock.monotonicMs() - this.awaySinceMs > RETRY_AFTER_MS;
  }

  /** By address; `null` where the read model is away or too slow. */
  async stats(query: AgentStatsQuery): Promise<ReadonlyMap<string, AgentStats> | null> {
    const rows = await inTime(this.orNull((db) => listAgentStats(db, query)));
    return rows && new Map(rows.map((row) => [row.address, row]));
  }

  /** `null` where the read model is away or too slow. */
  eventsOrNull(query: AuditQuery): Promise<Page<MeshEventLine> | null> {
    return inTime(this.orNull((db) => told(listMeshEvents(db, query))));
  }

  /** @throws ApiProblem `read_model_unavailable`, `invalid_field` for a cursor that is none */
  async events(query: AuditQuery): Promise<Page<MeshEventLine>> {
    return (await this.orNull((db) => told(listMeshEvents(db, query)))) ?? this.unavailable();
  }

  /** @throws ApiProblem `read_model_unavailable`, `invalid_field` for a cursor that is none */
  async audit(query: AuditQuery): Promise<Page<AuditLine>> {
    return (await this.orNull((db) => told(listAudit(db, query)))) ?? this.unavailable();
  }

  /** What the gateways said about one order, and refused for it; `null` where the read model is away or too slow. */
  orderRecord(orderId: string): Promise<OrderLines | null> {
    const lines = async (db: ReadModelDatabase): Promise<OrderLines> => ({
      receipts: await receiptsOf(db, orderId),
      refusals: await refusalsOf(db, orderId),
    });
    return inTime(this.orNull(lines));
  }

  /** @throws ApiProblem `read_model_unavailable` */
  async refusals(orderId: string): Promise<OrderRefusalsLine[]> {
    return (await this.orNull((db) => refusalsOf(db, orderId))) ?? this.unavailable();
  }

  /** @throws ApiProblem `read_model_unavailable` */
  async usage(query: Parameters<typeof usageOf>[1]): Promise<UsageStep[]> {
    return (await this.orNull((db) => usageOf(db, query))) ?? this.unavailable();
  }

  private async orNull<T>(work: (db: ReadModelDatabase) => Promise<T>): Promise<T | null> {
    const { db, logger, clock } = this.parts;
    if (db === null || !this.available()) return null;
    // One asks whether it is back; the others do not wait for that.
    if (this.awaySinceMs !== null) this.awaySinceMs = clock.monotonicMs();
    try {
      const result = await work(db);
      this.awaySinceMs = null;
      return result;
    } catch (error) {
      if (error instanceof InvalidCursorError) throw badCursor();
      if (isBadValue(error)) throw badValue();
      this.awaySinceMs = clock.monotonicMs();
      logger.warn({ err: error }, 'read model cannot be read');
      return null;
    }
  }

  private unavailable(): never {
    const detail =
      'The read model cannot be read now. Stops, lifts and traffic go on without it; try again shortly.';
    throw new ApiProblem('read_model_unavailable', detail, { retryAfterSeconds: 2 });
  }
}

/** The tables keep events as the log has them; the API has its own spelling of names. */
const told = async <T extends { readonly details: Record<string, unknown> }>(
  page: Promise<Page<T>>,
): Promise<Page<T>> => {
  const { items, nextCursor } = await page;
  return { items: items.map((it) => ({ ...it, details: wireDetails(it.details) })), nextCursor };
};

const inTime = async <T>(work: Promise<T | null>): Promise<T | null> => {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), PATIENCE_MS);
  });
  return Promise.race([work, tooLate]).finally(() => clearTimeout(timer));
};

/** Postgres' class 22: it is there, and a value that the caller gave is none that it can compare with. */
const isBadValue = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && /^22[0-9A-Z]{3}$/.test(String(error.code));

const badValue = (): ApiProblem =>
  invalidFields([
    { in: 'query', path: '', message: 'a value holds what no text or time can hold, such as %00' },
  ]);

const badCursor = (): ApiProblem =>
  invalidFields([
    { in: 'query', path: 'cursor', message: 'must be the next_cursor of the page before' },
  ]);
