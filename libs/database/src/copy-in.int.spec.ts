import { jest } from '@jest/globals';
import { sql } from 'kysely';
import { claimDatabase, spawnPostgres, temporaryDirectory, until } from '#testing';
import { writeBatch, type WrittenBatch } from './batch-writer.js';
import { type Database, openDatabase } from './connection.js';
import { createShadow } from './migrate.js';
import { SHADOW } from './read-model.schema.js';

jest.setTimeout(60_000);

/** Together far more than the buffers between client and server hold. */
const LINES = 3_000;
const MIDDLE = LINES / 2;
const filling = 'x'.repeat(4_000);

const line = (sequence: number, more: object = {}) => ({
  stream: 'CONTROL',
  sequence,
  part: 0,
  event_id: `0190f1a0-0000-7000-8000-${String(sequence).padStart(12, '0')}`,
  at: '2026-01-31T03:00:00.000Z',
  org: 'acme',
  workspace: 'production',
  actor_kind: 'operator',
  actor_id: 'k1',
  actor_via: 'http',
  type: 'AgentTagged',
  correlation_id: 'c1',
  details: { filling },
  ...more,
});
const lines = (middle: object = {}) =>
  Array.from({ length: LINES }, (_, index) =>
    line(index + 1, index + 1 === MIDDLE ? middle : undefined),
  );

const NOTHING: WrittenBatch = {
  audit_log: [],
  orders: [],
  order_reasons: [],
  order_repeats: [],
  order_lifts: [],
  order_receipts: [],
  order_refusals: [],
  usage_hour: [],
  usage_day: [],
  agents: [],
};

const write = (database: Database, auditLog: readonly object[]): Promise<void> =>
  writeBatch(database.db, {
    schema: SHADOW,
    stream: 'CONTROL',
    after: 0,
    upTo: LINES,
    batch: { ...NOTHING, audit_log: auditLog },
  });

const backend = async ({ db }: Database): Promise<number> =>
  (await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db)).rows[0]?.pid ?? 0;

const LOCK = 4711;

/** A COPY stops at its middle line for as long as another holds the lock. */
const stopInTheMiddle = async ({ db }: Database): Promise<void> => {
  await sql`create function read_model_shadow.wait() returns trigger language plpgsql as
    ${sql.lit(`begin perform pg_advisory_xact_lock(${LOCK}); return new; end`)}`.execute(db);
  await sql`create trigger wait before insert on read_model_shadow.audit_log for each row
    when (new.sequence = ${sql.lit(MIDDLE)}) execute function read_model_shadow.wait()`.execute(db);
};

/** The process that stands in the middle of a COPY. */
const copying = ({ db }: Database): Promise<number> =>
  until(async () => {
    const { rows } = await sql<{ pid: number }>`select pid from pg_stat_activity
      where wait_event_type = 'Lock' and datname = current_database() and query like 'copy %'`.execute(
      db,
    );
    return rows[0]?.pid;
  });

/** Does something while a COPY stands in its middle; the answer is what the COPY came to. */
const whileCopying = async (
  other: Database,
  copy: () => Promise<void>,
  work: (pid: number) => Promise<unknown>,
): Promise<unknown> => {
  await stopInTheMiddle(other);
  const holder = await other.db.startTransaction().execute();
  try {
    await sql`select pg_advisory_xact_lock(${sql.lit(LOCK)})`.execute(holder);
    const outcome = copy().then(
      () => null,
      (error: unknown) => error,
    );
    await work(await copying(other));
    return await outcome;
  } finally {
    await holder
      .rollback()
      .execute()
      .catch(() => undefined);
  }
};

describe('a COPY that fails in its middle', () => {
  let url: string;
  let database: Database;
  let other: Database;

  const open = (statementTimeoutMs = 10_000): Database =>
    openDatabase({ url, name: 'spec', connectionsMax: 1, statementTimeoutMs });

  beforeEach(async () => {
    ({ url } = await claimDatabase());
    database = open();
    other = openDatabase({ url, name: 'other', onIdleError: () => undefined });
    await createShadow(other.db);
  });
  afterEach(async () => {
    await database?.close();
    await other?.close();
  });

  const writesAfterwards = async (pidBefore: number): Promise<void> => {
    expect(await backend(database)).not.toBe(pidBefore);
    await sql`drop trigger if exists wait on read_model_shadow.audit_log`.execute(other.db);
    await write(database, lines());
    const { rows } = await sql<{ n: number }>`
      select count(*)::int as n from read_model_shadow.audit_log`.execute(database.db);
    expect(rows).toEqual([{ n: LINES }]);
  };

  it.each([
    ['a value that the column cannot hold', { at: 'not a time' }, /"not a time".*line 1500/],
    ['a character that Postgres does not keep', { reason: 'a\0b' }, /0x00.*line 1500/],
    ['a value that is missing', { type: null }, /null value in column "type"/],
    ['a key that was there already', { sequence: 1 }, /duplicate key/],
  ])('tells of %s, writes nothing, and leaves no connection behind', async (_, row, told) => {
    const pid = await backend(database);
    const failure = write(database, lines(row));
    await expect(failure).rejects.toThrow('Postgres did not take the rows: ');
    await expect(failure).rejects.toThrow(told);
    await writesAfterwards(pid);
  });

  it('tells that its server process was ended', async () => {
    const pid = await backend(database);
    const outcome = await whileCopying(
      other,
      () => write(database, lines()),
      (copier) => sql`select pg_terminate_backend(${copier}::int)`.execute(other.db),
    );
    expect(outcome).toMatchObject({
      message: expect.stringContaining('terminating connection') as string,
    });
    await writesAfterwards(pid);
  });

  it('tells that the server gave it up after the time that a statement may take', async () => {
    await database.close();
    database = open(1_500);
    const pid = await backend(database);
    const outcome = await whileCopying(
      other,
      () => write(database, lines()),
      () => Promise.resolve(),
    );
    expect(outcome).toMatchObject({
      message: expect.stringContaining('statement timeout') as string,
    });
    await writesAfterwards(pid);
  });

  it('tells that the server gave no answer at all', async () => {
    await database.close();
    database = open(1_500);
    const pid = await backend(database);
    await sql`set statement_timeout = 0`.execute(database.db);
    const outcome = await whileCopying(
      other,
      () => write(database, lines()),
      () => Promise.resolve(),
    );
    expect(outcome).toMatchObject({ message: expect.stringContaining('timeout') as string });
    await writesAfterwards(pid);
  });
});

describe('a COPY into a Postgres that is killed', () => {
  it('tells that the connection was lost, and the next one is made anew', async () => {
    const dir = temporaryDirectory('postgres');
    let postgres = await spawnPostgres({ dir });
    const database = openDatabase({
      url: postgres.url,
      name: 'spec',
      connectionsMax: 1,
      onIdleError: () => undefined,
    });
    const other = openDatabase({
      url: postgres.url,
      name: 'other',
      onIdleError: () => undefined,
    });
    await createShadow(other.db);
    const outcome = await whileCopying(
      other,
      () => write(database, lines()),
      () => postgres.crash(),
    );
    expect(outcome).toMatchObject({
      message: expect.stringMatching(/^Postgres did not take the rows: /) as string,
    });
    postgres = await spawnPostgres({ dir, port: postgres.port });
    await createShadow(database.db);
    await write(database, lines());
    await database.close();
    await other.close();
    await postgres.stop();
  });
});
