import { balanceSubject, type LedgerEvent } from '#contracts';
import { LedgerFold, type BudgetRecord } from '#domain';
import type { EventStore, Stored } from '#event-store';

/** The ledger, to look into. */
export class LedgerStore {
  readonly #known = new Map<string, LedgerFold>();

  constructor(readonly events: Pick<EventStore<LedgerEvent>, 'last' | 'read'>) {}

  /** One budget's account as the ledger has it now. @throws LogUnavailableError */
  async account({ id, key }: Pick<BudgetRecord, 'id' | 'key'>): Promise<LedgerFold> {
    const fold = this.#known.get(id) ?? (await this.#struck(id)) ?? new LedgerFold(key.per);
    for (const stored of await this.events.read(id, fold.position + 1)) applyTo(fold, stored);
    this.#remember(id, fold);
    return fold;
  }

  async #struck(id: string): Promise<LedgerFold | null> {
    const struck = await this.events.last(balanceSubject(id));
    if (struck === null || !struck.decoded.known) return null;
    const { event } = struck.decoded;
    return event.type === 'BalanceStruck' ? LedgerFold.from(event.data) : null;
  }

  #remember(id: string, fold: LedgerFold): void {
    this.#known.delete(id);
    this.#known.set(id, fold);
    const [oldest] = this.#known.keys();
    if (this.#known.size > KNOWN_MAX && oldest !== undefined) this.#known.delete(oldest);
  }
}

const KNOWN_MAX = 2000;

const applyTo = (
  fold: LedgerFold,
  { sequence, storedAtMs, decoded }: Stored<LedgerEvent>,
): void => {
  if (!decoded.known) return void fold.apply({ sequence, storedAtMs, fact: null });
  const { event } = decoded;
  if (event.type === 'AuthorizationOpened' || event.type === 'BalanceStruck') return;
  fold.apply({ sequence, storedAtMs, fact: event });
};
