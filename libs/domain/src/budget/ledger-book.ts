import type { LedgerBalance } from '#contracts';
import type { Period } from './budget-period.js';

type BookState = NonNullable<LedgerBalance['current']>;

/** One run of one gateway, under one budget. */
export interface Holder {
  readonly gateway: string;
  readonly boot: number;
}

interface Account extends Holder {
  /** Granted, and neither stated nor moved yet: it may be spent there at any moment. */
  holding: number;
  settled: number;
}

/** So many runs of gateways are kept apart in one period; the oldest runs that are over are added up. */
const ACCOUNTS_MAX = 1024;

export const keyOf = ({ gateway, boot }: Holder): string => `${gateway}/${boot}`;

/** What was granted and spent in one period. All amounts in micro-units. */
export class LedgerBook {
  readonly #accounts = new Map<string, Account>();
  readonly #newest = new Map<string, number>();
  /** Σ holding + Σ settled + buried + captured + open: what nobody else can be granted any more. */
  #committed = 0;
  #buried = 0;
  #captured = 0;
  #open = 0;

  constructor(readonly period: Period) {}

  static from(state: BookState): LedgerBook {
    const book = new LedgerBook({ startMs: state.startMs, endMs: state.endMs });
    for (const { gateway, boot, holdingMicro, settledMicro } of state.accounts) {
      book.#enter({ gateway, boot, holding: holdingMicro, settled: settledMicro });
      book.#committed += holdingMicro + settledMicro;
    }
    book.#buried = state.buriedMicro;
    book.#captured = state.capturedMicro;
    book.#open = state.openMicro;
    book.#committed += book.#buried + book.#captured + book.#open;
    return book;
  }

  get committed(): number {
    return this.#committed;
  }

  get open(): number {
    return this.#open;
  }

  holding(holder: Holder): number {
    return this.#accounts.get(keyOf(holder))?.holding ?? 0;
  }

  /** Whether one more run of a gateway can be told apart. */
  hasRoomFor(holder: Holder): boolean {
    if (this.#accounts.has(keyOf(holder))) return true;
    if ((this.#newest.get(holder.gateway) ?? 0) > holder.boot) return false;
    return this.#accounts.size < ACCOUNTS_MAX || this.#bury();
  }

  grant(holder: Holder, amount: number): void {
    const account =
      this.#accounts.get(keyOf(holder)) ?? this.#enter({ ...holder, holding: 0, settled: 0 });
    account.holding += amount;
    this.#committed += amount;
  }

  /** What was spent counts in any case; no more is given back than there is. */
  state(holder: Holder, settled: number, returned: number): void {
    const account = this.#accounts.get(keyOf(holder));
    if (account === undefined) return;
    account.settled += settled;
    const beyond = Math.max(0, settled - account.holding);
    account.holding -= settled - beyond;
    const back = Math.min(returned, account.holding);
    account.holding -= back;
    this.#committed += beyond - back;
  }

  /** From a gateway's hands to the open authorizations. `false`: it does not hold so much. */
  move(holder: Holder, amount: number): boolean {
    const account = this.#accounts.get(keyOf(holder));
    if (account === undefined || account.holding < amount) return false;
    account.holding -= amount;
    this.#open += amount;
    return true;
  }

  /** An authorization ended: so much of it was spent, the rest is free. */
  close(amount: number, captured: number): void {
    this.#open -= amount;
    this.#captured += captured;
    this.#committed -= amount - captured;
  }

  /** What runs that are over held when they ended was spent, for all that anybody knows. */
  figures(): { readonly spent: number; readonly allotted: number; readonly reserved: number } {
    let spent = this.#buried + this.#captured;
    let allotted = 0;
    for (const account of this.#accounts.values()) {
      spent += account.settled;
      if (this.#isOver(account)) spent += account.holding;
      else allotted += account.holding;
    }
    return { spent, allotted, reserved: this.#open };
  }

  strike(): BookState {
    return {
      ...this.period,
      accounts: [...this.#accounts.values()].map(({ gateway, boot, holding, settled }) => ({
        ...({ gateway, boot } as Pick<BookState['accounts'][number], 'gateway' | 'boot'>),
        ...{ holdingMicro: holding, settledMicro: settled },
      })),
      buriedMicro: this.#buried,
      capturedMicro: this.#captured,
      openMicro: this.#open,
    };
  }

  #enter(account: Account): Account {
    this.#accounts.set(keyOf(account), account);
    this.#newest.set(
      account.gateway,
      Math.max(account.boot, this.#newest.get(account.gateway) ?? 0),
    );
    return account;
  }

  #isOver({ gateway, boot }: Holder): boolean {
    return boot < (this.#newest.get(gateway) ?? 0);
  }

  #bury(): boolean {
    for (const [key, account] of this.#accounts) {
      if (!this.#isOver(account)) continue;
      this.#buried += account.holding + account.settled;
      this.#accounts.delete(key);
      return true;
    }
    return false;
  }
}
