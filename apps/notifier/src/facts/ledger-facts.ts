import { balanceSubject, type BudgetKey, type LedgerEvent } from '#contracts';
import {
  LedgerFold,
  thresholdsCrossed,
  type ControlView,
  type LedgerCap,
  type ThresholdView,
} from '#domain';
import type { EventStore, Following, Stored } from '#event-store';
import type { Clock, Logger } from '#platform';
import type { NoticeWriter } from '../notices/notice-writer.js';
import type { Patience } from '../notices/patience.js';
import { thresholdNews } from './threshold-news.js';

export interface LedgerFactsOptions {
  readonly store: EventStore<LedgerEvent>;
  readonly view: Pick<ControlView, 'budgets'>;
  readonly patience: Patience;
  readonly clock: Clock;
  readonly log: Logger;
}

interface Account {
  readonly fold: LedgerFold;
  readonly key: BudgetKey;
  /** As the fold holds it. */
  cap: LedgerCap | null;
}

/**
 * Folds every budget's ledger, from the last balance that was struck of it, and tells when a share of a cap is spent. What
 * was reached before is told at the start as well, under the id that it had: so nothing is lost, and nothing told twice.
 */
export class LedgerFacts {
  private readonly accounts = new Map<string, Account>();
  private following: Following | null = null;
  private problem: string | null = 'the ledger is not read yet';

  constructor(private readonly options: LedgerFactsOptions) {}

  async start(writer: NoticeWriter): Promise<void> {
    const { store, log } = this.options;
    const fromSequence = await this.options.patience.until(() => this.open());
    this.following = store.follow({
      fromSequence,
      onEvents: (events) => this.take(events, writer),
    });
    this.following.failed.catch((error: unknown) => {
      this.problem = 'the ledger cannot be told';
      log.fatal({ err: error }, this.problem);
    });
    await Promise.race([this.following.caughtUp, this.following.failed]);
    const nowMs = this.options.clock.nowMs();
    for (const [ledger, account] of this.accounts) {
      await this.tell(ledger, account, { before: null, atMs: nowMs, writer });
    }
    this.problem = null;
  }

  trouble(): string | null {
    return this.problem;
  }

  async stop(): Promise<void> {
    await this.following?.stop();
  }

  /** Budgets that are followed. */
  get size(): number {
    return this.accounts.size;
  }

  /** Goes on from each budget's balance; answers where the log is to be read from. */
  private async open(): Promise<number> {
    const { store, view } = this.options;
    let from = (await store.lastSequence()) + 1;
    for (const { id, key } of view.budgets.all()) from = Math.min(from, await this.resume(id, key));
    return from;
  }

  private async resume(id: string, key: BudgetKey): Promise<number> {
    const { store } = this.options;
    const struck = (await store.last(balanceSubject(id)))?.decoded;
    if (struck?.known && struck.event.type === 'BalanceStruck') {
      const { data } = struck.event;
      this.accounts.set(id, { fold: LedgerFold.from(data), key, cap: data.cap });
      return data.position + 1;
    }
    this.accounts.set(id, { fold: new LedgerFold(key.per), key, cap: null });
    return (await store.first(id))?.sequence ?? Infinity;
  }

  private async take(events: readonly Stored<LedgerEvent>[], writer: NoticeWriter): Promise<void> {
    for (const { decoded, ...stored } of events) {
      if (decoded.known) await this.apply(decoded.event, stored, writer);
    }
  }

  private async apply(
    event: LedgerEvent,
    { subject, sequence, storedAtMs }: Omit<Stored<LedgerEvent>, 'decoded'>,
    writer: NoticeWriter,
  ): Promise<void> {
    if (event.type === 'AuthorizationOpened' || event.type === 'BalanceStruck') return;
    const account = this.accountOf(subject, event);
    if (account === null) return;
    const before = viewOf(account, storedAtMs);
    account.fold.apply({ sequence, storedAtMs, fact: event });
    const isNewCap = event.type === 'CapTaken' && event.data.version === account.fold.version;
    if (isNewCap) account.cap = event.data;
    // What was in the log at the start is told once, at its end.
    if (this.problem === null)
      await this.tell(subject, account, { before, atMs: storedAtMs, writer });
  }

  private accountOf(subject: string, event: LedgerEvent): Account | null {
    const known = this.accounts.get(subject);
    if (known !== undefined) return known;
    if (event.type !== 'CapTaken') return null;
    const { scope, currency, per } = event.data;
    // Nobody is told of the limits of a session, and there is no end of sessions.
    if ('session' in scope) return null;
    const key = { scope, currency, per };
    const account = { fold: new LedgerFold(per), key, cap: null };
    this.accounts.set(subject, account);
    return account;
  }

  private async tell(
    ledger: string,
    account: Account,
    { before, atMs, writer }: { before: ThresholdView | null; atMs: number; writer: NoticeWriter },
  ): Promise<void> {
    // Of a budget that was removed nobody wants to hear.
    if (this.options.view.budgets.get(ledger) === null) return;
    for (const crossed of thresholdsCrossed(before, viewOf(account, atMs))) {
      const told = thresholdNews(ledger, account.key, crossed, atMs);
      const to = writer.wanting(told);
      if (to.length > 0) await this.options.patience.until(() => writer.write(told, to));
    }
  }
}

const viewOf = ({ fold, cap }: Account, atMs: number): ThresholdView => ({
  cap,
  standing: fold.standing(atMs),
});
