import type { ReadModelDatabase } from '../connection.js';

/** Whether an event counts. Which of those projected before do not, only a rebuild can tell: it reads the log. */
export const refusedEvents = async (db: ReadModelDatabase): Promise<void> => {
  await db.schema.alterTable('audit_log').addColumn('refused', 'text').execute();
};
