import { AuthorizationId, GatewayId } from '#contracts';
import {
  BudgetAccount,
  type AccountInput,
  type AccountOutput,
  type LedgerCap,
  type LedgerEntry,
  LedgerFold,
} from '#domain';
import type { Surroundings } from './surroundings.js';

const TICK_MS = 100;
/** Without news of the control log it admits nothing after this. */
const LEASE_MS = 500;
/** After that whoever holds something idle must have given it back. */
const SHORT_WAIT_MS = 295;

/** What its caller does once the money is there. */
export interface Errand {
  readonly amount: number;
  /** Spent at once, after a while, or authorized and captured by anybody. */
  readonly way: 'at_once' | 'later' | 'authorize';
}

interface Held extends Errand {
  readonly id: string;
  readonly period: number;
}

interface Waiting extends Errand {
  readonly id: string;
  readonly sinceMs: number;
  readonly from: number;
}

/** A gateway as far as budgets go: its account, its callers, its faults. */
export class SimGateway {
  readonly name: string;
  boot = 0;
  isUp = false;
  isCut = false;
  /** True time of the last fault that it felt, and of the last that a caller did. */
  troubledMs = -Infinity;
  busyMs = 0;
  #account: BudgetAccount | null = null;
  #connect: (connected: boolean) => void = () => undefined;
  #lastId = 0;
  #shownVersion: number | null = null;
  #fencedSinceMs = Infinity;
  readonly #reserved = new Map<number, number>();
  readonly #waiting = new Map<number, Waiting>();
  readonly #authorizing = new Map<
    number,
    { id: string; amount: number; period: number; authorizationId: string }
  >();
  readonly #ending = new Map<string, (result: string) => void>();
  readonly #rate: number;

  constructor(
    private readonly world: Surroundings,
    index: number,
  ) {
    this.name = `gw${index}`;
    this.#rate = 1 + world.random.between(-0.0002, 0.0002);
  }

  get holder() {
    return { gateway: GatewayId.parse(this.name), boot: this.boot };
  }

  /** What callers hold at this moment of the allotments of a period. */
  reserved(period: number): number {
    return this.#reserved.get(period) ?? 0;
  }

  get fold(): LedgerFold | null {
    return this.#account?.fold ?? null;
  }

  /** What it could spend though nobody asks for it; `0` where something is wrong. */
  idle(): number {
    const { nowMs } = this.world.schedule;
    const isSound = this.isUp && !this.isCut && nowMs - this.troubledMs > 3000;
    // Who waits for a grant keeps what it has meanwhile.
    if (this.#waiting.size > 0) return 0;
    return isSound && nowMs - this.busyMs > 200
      ? (this.#account?.free(nowMs * this.#rate) ?? 0)
      : 0;
  }

  get isStuck(): boolean {
    return this.#account?.isActive ?? false;
  }

  get admits(): boolean {
    return this.isUp && this.world.schedule.nowMs - this.#fencedSinceMs < LEASE_MS;
  }

  /** Nothing, where it runs already: whoever ends all faults brings it back before its time. */
  start(): void {
    if (this.isUp) return;
    const { world } = this;
    this.boot += 1;
    this.isUp = true;
    this.troubledMs = world.schedule.nowMs;
    this.#fencedSinceMs = this.isCut ? this.#fencedSinceMs : Infinity;
    const fold = this.#readLedger();
    this.#account = new BudgetAccount(fold, this.holder);
    this.#connect = world.ledger.subscribe(this, fold.position + 1);
    if (this.isCut) this.#connect(false);
    this.#shownVersion = world.cap?.version ?? null;
    this.#step({ kind: 'cap', cap: world.cap });
    this.#tick(this.boot);
  }

  crash(): void {
    this.isUp = false;
    this.world.ledger.unsubscribeAll(this);
    this.#account = null;
    this.#waiting.clear();
    this.#authorizing.clear();
    this.#ending.clear();
    this.#reserved.clear();
  }

  cut(isTold: boolean): void {
    if (this.isCut) return;
    this.isCut = true;
    this.#fencedSinceMs = this.world.schedule.nowMs;
    this.#connect(false);
    if (isTold) this.#step({ kind: 'connected', connected: false });
  }

  heal(): void {
    this.isCut = false;
    this.troubledMs = this.world.schedule.nowMs;
    this.#fencedSinceMs = Infinity;
    this.#shownVersion = this.world.cap?.version ?? null;
    this.#step({ kind: 'cap', cap: this.world.cap });
    this.#step({ kind: 'connected', connected: true });
    this.#connect(true);
  }

  onCap(cap: LedgerCap | null): void {
    if (this.isCut) return;
    this.#shownVersion = cap?.version ?? null;
    this.busyMs = this.world.schedule.nowMs;
    this.#step({ kind: 'cap', cap });
  }

  onEntry(entry: LedgerEntry): void {
    this.#step({ kind: 'entry', entry });
    if (this.#account !== null) this.world.checker.agrees(this.name, this.#account.fold);
  }

  run(errand: Errand): void {
    if (!this.admits || this.#account === null || this.world.cap === null) return;
    this.busyMs = this.world.schedule.nowMs;
    const id = (this.#lastId += 1);
    const from = this.#account.fold.position;
    const sinceMs = this.busyMs;
    this.#waiting.set(id, { ...errand, from, sinceMs, id: `${this.name}/${this.boot}/${id}` });
    this.#step({ kind: 'reserve', id, amount: errand.amount });
  }

  /** Ends an authorization; answers once the ledger has said what came of it. */
  end(authorizationId: string, amount: number | null, request: string): void {
    if (!this.admits) return;
    const id = authorizationId as AuthorizationId;
    this.#ending.set(request, (result) => {
      if (result === 'captured' && amount !== null)
        this.world.checker.captured(authorizationId, request, amount);
    });
    const data = { authorizationId: id, request };
    this.#append(
      amount === null
        ? { type: 'Released', data }
        : { type: 'Captured', data: { ...data, amountMicro: amount } },
    );
  }

  #readLedger(): LedgerFold {
    const { world } = this;
    const fold = world.gateways.map((other) => other.fold).find((known) => known !== null);
    if (fold === undefined || fold === null || fold.position === 0 || world.random.chance(0.5))
      return new LedgerFold(world.per);
    return LedgerFold.from(structuredClone(fold.strike()));
  }

  #tick(boot: number): void {
    if (!this.isUp || this.boot !== boot) return;
    this.#step({ kind: 'tick' });
    this.world.schedule.in(TICK_MS, () => this.#tick(boot));
  }

  #step(input: AccountInput): void {
    if (this.#account === null) return;
    const outputs = this.#account.step(input, this.world.schedule.nowMs * this.#rate);
    for (const output of outputs) this.#carryOut(output);
  }

  #carryOut(output: AccountOutput): void {
    switch (output.kind) {
      case 'append':
        return this.#append(output.fact);
      case 'reserved':
        return this.#got(output.id, output.period);
      case 'declined':
        return this.#declined(output.id, output.why);
      case 'authorized':
        return this.#authorized(output.id, output.result);
      case 'ended':
        this.#ending.get(output.request)?.(output.result);
        this.#ending.delete(output.request);
    }
  }

  #hold({ period }: { readonly period: number }, amount: number): void {
    this.#reserved.set(period, this.reserved(period) + amount);
  }

  #append(fact: Parameters<Surroundings['ledger']['append']>[0]): void {
    if (!this.world.ledger.append(fact, this.isCut)) this.troubledMs = this.world.schedule.nowMs;
  }

  #got(id: number, period: number): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (waiting === undefined) return;
    const { world } = this;
    if (!this.admits) {
      world.schedule.in(0, () => this.#step({ kind: 'release', id }));
      return;
    }
    this.busyMs = world.schedule.nowMs;
    const held = { ...waiting, period };
    this.#hold(held, waiting.amount);
    world.totals.reserved += 1;
    world.checker.reserved(waiting.id, waiting.amount, period);
    const { boot } = this;
    const go = (run: () => void): void => {
      if (this.boot === boot && this.isUp) run();
    };
    if (waiting.way === 'at_once')
      return world.schedule.in(0, () => go(() => this.#settle(id, held, 1)));
    if (waiting.way === 'authorize')
      return world.schedule.in(0, () => go(() => this.#authorize(id, held)));
    const share = world.random.pick([0, 0.3, 0.9, 1]);
    world.schedule.in(world.random.between(10, 2500), () =>
      go(() => this.#settle(id, held, share)),
    );
  }

  #settle(id: number, { id: name, amount, period }: Held, share: number): void {
    const spent = Math.floor(amount * share);
    this.busyMs = this.world.schedule.nowMs;
    this.#hold({ period }, -amount);
    this.world.checker.settled(name, spent);
    this.#step(spent === 0 ? { kind: 'release', id } : { kind: 'settle', id, spent });
  }

  #authorize(id: number, held: Held): void {
    const { world } = this;
    const { id: name, amount, period } = held;
    const letters = String(world.totals.authorizations)
      .padStart(20, 'a')
      .replace(/\d/g, (digit) => 'bcdefghijk'[Number(digit)] as string);
    const authorizationId = AuthorizationId.parse(`auth_${letters}`);
    world.totals.authorizations += 1;
    world.checker.authorizing(name, authorizationId);
    this.#authorizing.set(id, { id: name, amount, period, authorizationId });
    const expiresAtMs = world.ledger.clockMs + world.random.pick([1000, 5000, 60_000]);
    this.#step({ kind: 'authorize', id, authorizationId, expiresAtMs });
  }

  #authorized(id: number, result: string): void {
    const known = this.#authorizing.get(id);
    this.#authorizing.delete(id);
    if (known === undefined) return;
    this.#hold(known, -known.amount);
    this.busyMs = this.world.schedule.nowMs;
    if (result !== 'opened') return this.world.checker.settled(known.id, 0);
    this.world.checker.authorized(known.authorizationId);
    this.world.endLater(known.authorizationId, known.amount);
  }

  #declined(id: number, why: 'exceeded' | 'unavailable'): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    const { world } = this;
    if (waiting === undefined) return;
    world.totals[why] += 1;
    this.busyMs = world.schedule.nowMs;
    if (why === 'exceeded') this.#exceeded(waiting);
    const isQuiet = world.schedule.nowMs - Math.max(this.troubledMs, world.troubledMs) > 2500;
    if (why === 'unavailable' && isQuiet && !this.isCut)
      world.checker.fail('B5', `${this.name} declined as unavailable while nothing was wrong`);
  }

  #exceeded({ amount, from, sinceMs }: Waiting): void {
    const { world, fold } = this;
    if ((this.#shownVersion ?? 0) > (fold?.version ?? 0))
      world.checker.fail('B5', `${this.name} declined under a cap that was changed`);
    if (fold !== null) world.checker.exceeded(amount, from, fold.position);
    if (world.schedule.nowMs - sinceMs < SHORT_WAIT_MS) return;
    world.checker.hoarded(amount, world.idle());
  }
}
