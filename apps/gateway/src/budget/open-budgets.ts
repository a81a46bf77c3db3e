import {
  balanceSubject,
  type BudgetLedgerFact,
  type LedgerEvent,
  type LedgerFact,
} from '#contracts';
import type { BudgetRecord, ControlView } from '#domain';
import type { AppendRequest, EventStore, Stored } from '#event-store';
import { record, uuidFrom, type Clock, type Ids, type Logger } from '#platform';
import { byGateway, type GatewayIdentity } from '../identity.js';
import { LedgerFeed } from './ledger-feed.js';
import { loadLedger } from './ledger-loading.js';
import { OpenBudget } from './open-budget.js';

export interface OpenBudgetsOptions {
  readonly identity: GatewayIdentity;
  readonly store: EventStore<LedgerEvent>;
  readonly view: Pick<ControlView, 'budgets'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  /** Of this process, the same for as long as it lives; `0`: not known yet. */
  boot(): number;
  /** @default 20000 */
  readonly openMax?: number;
}

const TICK_MS = 50;
/** A budget that nobody used for so long is read again when somebody does. */
const FORGET_AFTER_MS = 600_000;
/** So many are kept open at once. Sessions with limits may come by the thousand, and must not crowd out all others. */
const OPEN_MAX = 20_000;
/** Where there is no room, those go that nobody needed for so long; it is more than opening one may take. */
const ROOM_AFTER_MS = 10_000;
/** After so many events somebody strikes the balance, so that nobody has to read more than that. */
const STRIKE_EVERY = 1000;

interface Loading {
  readonly opened: Promise<OpenBudget>;
  /** What the feed told meanwhile. */
  readonly heard: Stored<LedgerEvent>[];
}

/** The budgets that this gateway spends from, each opened when it is first needed. */
export class OpenBudgets {
  readonly #open = new Map<string, OpenBudget>();
  readonly #loading = new Map<string, Loading>();
  readonly #feed: LedgerFeed;
  #connected = false;
  #timer: NodeJS.Timeout | null = null;

  constructor(private readonly options: OpenBudgetsOptions) {
    this.#feed = new LedgerFeed({
      ...options,
      onEvent: (stored) => this.#hear(stored),
      onConnected: (connected) => this.#connect(connected),
    });
  }

  get size(): number {
    return this.#open.size;
  }

  /** Those that must be kept: something of them is in the hands of this gateway, or on its way. */
  get activeSize(): number {
    let active = 0;
    for (const open of this.#open.values()) if (open.isActive) active += 1;
    return active;
  }

  start(): void {
    this.#feed.start();
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#feed.stop();
  }

  /** At once where it is open. @throws when the ledger cannot be read now */
  open(record: BudgetRecord): OpenBudget | Promise<OpenBudget> {
    const open = this.#open.get(record.id);
    if (open === undefined) return (this.#loading.get(record.id) ?? this.#load(record)).opened;
    // Whoever asked for it may still wait for another one before it spends.
    open.usedMs = this.options.clock.monotonicMs();
    if (open.record.sequence !== record.sequence) open.show(record);
    return open;
  }

  /** One of a key whose cap may be gone by now; a cap of 0 stands for it. */
  reopen(key: BudgetRecord['key'], id: string, org: BudgetRecord['org']) {
    const record = this.options.view.budgets.get(id);
    if (record !== null) return this.open(record);
    const open = this.#open.get(id);
    if (open !== undefined) return open;
    const gone = { id, key, org, capMicro: 0, alertPct: [], topUps: [], setAt: '', sequence: 0 };
    return this.open(gone);
  }

  /** Stores events of several budgets together or not at all. @throws LogUnavailableError when that is not known */
  async storeTogether(
    requests: readonly { readonly subject: string; readonly fact: LedgerFact }[],
    org: string,
    workspace: string | null,
  ): Promise<void> {
    await this.options.store.appendAll(
      requests.map(({ subject, fact }) => this.#request(subject, fact, { org, workspace })),
    );
  }

  #load(budget: BudgetRecord): Loading {
    const heard: Stored<LedgerEvent>[] = [];
    // One that cannot be read now is read anew by whoever asks next.
    const opened = this.#read(budget, heard).finally(() => this.#loading.delete(budget.id));
    opened.catch(() => undefined);
    const loading = { opened, heard };
    this.#loading.set(budget.id, loading);
    return loading;
  }

  async #read(budget: BudgetRecord, heard: Stored<LedgerEvent>[]): Promise<OpenBudget> {
    const { store, identity, clock } = this.options;
    const boot = this.options.boot();
    if (boot === 0 || !this.#feed.isFollowing) throw new Error('the ledger is not followed yet');
    this.#makeRoom();
    const fold = await loadLedger(store, budget);
    const holder = { gateway: identity.gateway, boot };
    const append = (open: OpenBudget, fact: BudgetLedgerFact): void => this.#append(open, fact);
    const open = new OpenBudget({ fold, holder, clock, record: budget, append });
    open.step({ kind: 'connected', connected: this.#connected });
    for (const stored of heard) open.hear(stored);
    open.usedMs = clock.monotonicMs();
    this.#open.set(budget.id, open);
    return open;
  }

  /** @throws Error when all that are open are needed */
  #makeRoom(): void {
    const { clock, openMax = OPEN_MAX } = this.options;
    if (this.#open.size < openMax) return;
    this.#forget(clock.monotonicMs() - ROOM_AFTER_MS);
    if (this.#open.size >= openMax) throw new Error(`${openMax} budgets are open here, all in use`);
  }

  /** What is in nobody's hands, and was not used since. */
  #forget(sinceMs: number): void {
    for (const [id, open] of this.#open)
      if (!open.isActive && open.usedMs < sinceMs) this.#open.delete(id);
  }

  #hear(stored: Stored<LedgerEvent>): void {
    const open = this.#open.get(stored.subject);
    if (open === undefined) {
      this.#loading.get(stored.subject)?.heard.push(stored);
      return;
    }
    open.hear(stored);
    const { fold } = open.account;
    const isOwn =
      stored.decoded.known && stored.decoded.event.actor.id === this.options.identity.gateway;
    if (isOwn && fold.count % STRIKE_EVERY === 0 && !fold.isClosed) this.#strike(open);
  }

  #connect(connected: boolean): void {
    this.#connected = connected;
    for (const open of this.#open.values()) open.step({ kind: 'connected', connected });
  }

  #tick(): void {
    this.#forget(this.options.clock.monotonicMs() - FORGET_AFTER_MS);
    for (const [id, open] of this.#open) {
      if (!open.isActive) continue;
      const record = this.options.view.budgets.get(id);
      if (this.#isChanged(open, record)) open.show(record);
      open.step({ kind: 'tick' });
    }
  }

  /** Caps of sessions are nowhere but in their session, and never change. */
  #isChanged(open: OpenBudget, record: BudgetRecord | null): boolean {
    if ('session' in open.record.key.scope) return false;
    return record?.sequence !== open.record.sequence;
  }

  #append(open: OpenBudget, fact: BudgetLedgerFact): void {
    const { id, org, key } = open.record;
    const workspace = 'agent' in key.scope ? (key.scope.agent.split('/')[3] ?? null) : null;
    const request = this.#request(id, fact, { org, workspace });
    this.options.store.append(request).catch((error: unknown) => {
      // Whether it was stored shows in the ledger; the account goes by that alone.
      this.options.log.debug({ err: error, budget: id, type: fact.type }, 'ledger: not answered');
    });
  }

  #strike(open: OpenBudget): void {
    const { id, org } = open.record;
    const fact: LedgerFact = { type: 'BalanceStruck', data: open.account.fold.strike() };
    const request = this.#request(balanceSubject(id), fact, { org, workspace: null });
    this.options.store.append(request).catch((error: unknown) => {
      this.options.log.debug({ err: error, budget: id }, 'ledger: no balance struck');
    });
  }

  #request(
    subject: string,
    fact: LedgerFact,
    place: { readonly org: string; readonly workspace: string | null },
  ): AppendRequest<LedgerEvent> {
    const { identity, clock, ids } = this.options;
    const event = record(fact, byGateway(identity, place), clock, ids);
    // Every gateway that sees a new cap says so, in the same words: the log stores one.
    const id = fact.type === 'CapTaken' ? uuidFrom(subject, String(fact.data.version)) : event.id;
    return { subject, event: { ...event, id } };
  }
}
