import { sql } from 'kysely';
import type { ReadModelDatabase } from '../connection.js';

/** Resolves when Postgres answers at all, whatever is in it. @throws what the driver says */
export const databaseAnswers = async (db: ReadModelDatabase): Promise<void> => {
  await sql`select 1`.execute(db);
};
