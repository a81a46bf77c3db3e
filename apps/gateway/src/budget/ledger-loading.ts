import { balanceSubject, type LedgerEvent } from '#contracts';
import { LedgerFold, type BudgetRecord } from '#domain';
import type { EventStore, Stored } from '#event-store';

/**
 * Reads one budget's account: the last balance that was struck, and everything after it. It follows instead of reading
 * pages, since a page may come from a replica that lags behind what the feed has handed over already.
 */
export const loadLedger = async (
  store: EventStore<LedgerEvent>,
  { id, key }: Pick<BudgetRecord, 'id' | 'key'>,
): Promise<LedgerFold> => {
  const struck = await store.last(balanceSubject(id));
  const fold = foldOf(struck) ?? new LedgerFold(key.per);
  const following = store.follow({
    filters: [id],
    fromSequence: fold.position + 1,
    onEvents: (events) => {
      for (const stored of events) applyTo(fold, stored);
    },
  });
  try {
    await within(following.caughtUp, LOAD_MS_MAX);
  } finally {
    await following.stop();
  }
  return fold;
};

const LOAD_MS_MAX = 5000;

const within = async (done: Promise<void>, ms: number): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the ledger was not read in time')), ms);
  });
  try {
    await Promise.race([done, late]);
  } finally {
    clearTimeout(timer);
  }
};

const foldOf = (struck: Stored<LedgerEvent> | null): LedgerFold | null => {
  if (struck === null || !struck.decoded.known) return null;
  const { event } = struck.decoded;
  return event.type === 'BalanceStruck' ? LedgerFold.from(event.data) : null;
};

const applyTo = (
  fold: LedgerFold,
  { sequence, storedAtMs, decoded }: Stored<LedgerEvent>,
): void => {
  if (!decoded.known) return void fold.apply({ sequence, storedAtMs, fact: null });
  const { event } = decoded;
  if (event.type === 'AuthorizationOpened' || event.type === 'BalanceStruck') return;
  fold.apply({ sequence, storedAtMs, fact: event });
};
