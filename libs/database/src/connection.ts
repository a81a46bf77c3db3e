import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely';
import pg from 'pg';
import { isCopy, runCopy } from './copy-in.js';
import type { ReadModel } from './read-model.schema.js';
import { READ_MODEL } from './read-model.schema.js';
import { valueTypes } from './value-types.js';

export interface DatabaseOptions {
  /** `postgres://user:password@host:port/database` */
  readonly url: string;
  /** Shown by the server in its list of connections. */
  readonly name: string;
  /** @default 4 */
  readonly connectionsMax?: number;
  /** Getting a connection fails after so long. @default 2000 */
  readonly connectTimeoutMs?: number;
  /** The server gives up a statement after so long; the client half a second later. @default 10000 */
  readonly statementTimeoutMs?: number;
  /**
   * `false`: a commit does not wait for the disk. For writers that would write the same again: a crash of the server
   * may take their last commits back, never tear one. @default true
   */
  readonly waitForDisk?: boolean;
  /** Told when an idle connection broke. It is replaced by itself. */
  onIdleError?(error: Error): void;
}

export type ReadModelDatabase = Kysely<ReadModel>;

export interface Database {
  /** Reads and writes `read_model`. */
  readonly db: ReadModelDatabase;
  close(): Promise<void>;
}

const IDLE_MS = 30_000;
const IDLE_TRANSACTION_MS = 15_000;
const CLIENT_GRACE_MS = 500;

/** Opens nothing yet: connections are made when they are needed, and again after an outage. */
export const openDatabase = (options: DatabaseOptions): Database => {
  const statementMs = options.statementTimeoutMs ?? 10_000;
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: options.name,
    max: options.connectionsMax ?? 4,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 2_000,
    idleTimeoutMillis: IDLE_MS,
    statement_timeout: statementMs,
    query_timeout: statementMs + CLIENT_GRACE_MS,
    idle_in_transaction_session_timeout: IDLE_TRANSACTION_MS,
    keepAlive: true,
    options: `-c timezone=UTC -c synchronous_commit=${options.waitForDisk === false ? 'off' : 'on'}`,
    types: valueTypes,
  });
  pool.on('error', (error) => options.onIdleError?.(error));
  const dialect = new PostgresDialect({ pool: new WholesomePool(pool) });
  const db = new Kysely<ReadModel>({ dialect });
  return { db: db.withSchema(READ_MODEL), close: () => db.destroy() };
};

const textOf = (parameters: unknown): string => String((parameters as readonly unknown[])[0]);

/** Why a connection is not used again; `null` when it is whole: the server answered, and goes on. */
const breaking = (error: unknown): Error | null => {
  const whole = error instanceof pg.DatabaseError && error.severity !== 'FATAL';
  if (whole) return null;
  return error instanceof Error ? error : new Error(String(error));
};

/**
 * Throws a connection away once a statement failed on it without an answer of the server: such a connection may be
 * dead though nobody closed it, and would go back into the pool to fail the next caller. So does a COPY that failed.
 */
class WholesomePool implements PostgresPool {
  readonly options = {};

  constructor(private readonly pool: pg.Pool) {}

  async connect(): Promise<PostgresPoolClient> {
    const client = await this.pool.connect();
    let broken: Error | null = null;
    // The pool listens to idle connections only; one that dies between two statements would end the process.
    const onError = (error: Error): void => {
      broken ??= error;
    };
    client.on('error', onError);
    const query = async (...args: Parameters<pg.PoolClient['query']>): Promise<unknown> => {
      // A rollback would wait for nothing, and its failure would hide what happened.
      if (broken !== null) throw broken;
      try {
        const [statement, parameters] = args as unknown[];
        if (isCopy(statement)) return await runCopy(client, statement, textOf(parameters));
        return await (client.query as (...all: unknown[]) => Promise<unknown>)(...args);
      } catch (error) {
        broken = breaking(error) ?? broken;
        throw error;
      }
    };
    return Object.assign(Object.create(client) as PostgresPoolClient, {
      query,
      release: () => {
        client.off('error', onError);
        client.release(broken !== null);
      },
    });
  }

  end(): Promise<void> {
    return this.pool.end();
  }
}
