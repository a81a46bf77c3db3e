import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Address, type BudgetLedgerFact, Currency, GatewayId, OrgName } from '#contracts';
import type { AccountInput } from './account-words.js';
import { BudgetAccount } from './budget-account.js';
import type { LedgerCap } from './budget-standing.js';
import { LedgerFold } from './ledger-fold.js';

const NOON = Date.UTC(2026, 2, 1, 12);
const CAP_MAX = 1_000_000_000_000_000;

const capOf = (capMicro: number, version: number): LedgerCap => ({
  scope: { agent: Address.parse('agent://acme/prod/bot') },
  currency: Currency.parse('usd'),
  per: 'day',
  org: OrgName.parse('acme'),
  version,
  capMicro,
  alertPct: [],
  topUps: [],
});

/** Some gateways, one ledger, and no time to lose: what is appended is read by all, in the order that the case chose. */
class Mesh {
  readonly accounts: BudgetAccount[];
  readonly truth = new LedgerFold('day');
  readonly reserved = new Map<string, number>();
  spent = 0;
  #pending: BudgetLedgerFact[] = [];
  #lastId = 0;
  #nowMs = 0;

  constructor(gateways: number, cap: LedgerCap) {
    this.accounts = Array.from({ length: gateways }, (_, index) => {
      const holder = { gateway: GatewayId.parse(`g${index}`), boot: 1 };
      return new BudgetAccount(new LedgerFold('day'), holder);
    });
    this.accounts.forEach((_, at) => this.step(at, { kind: 'cap', cap }));
  }

  step(at: number, input: AccountInput): void {
    for (const output of this.accounts[at]?.step(input, this.#nowMs) ?? []) {
      if (output.kind === 'append') this.#pending.push(output.fact);
      if (output.kind === 'reserved')
        this.reserved.set(`${at}:${output.id}`, this.#wishes.get(output.id) ?? 0);
    }
  }

  readonly #wishes = new Map<number, number>();

  reserve(at: number, amount: number): void {
    const id = (this.#lastId += 1);
    this.#wishes.set(id, amount);
    this.step(at, { kind: 'reserve', id, amount });
  }

  settle(share: number): void {
    const [key, amount] = [...this.reserved][0] ?? [];
    if (key === undefined || amount === undefined) return;
    this.reserved.delete(key);
    const [at, id] = key.split(':').map(Number) as [number, number];
    const spent = Math.floor(amount * share);
    this.spent += spent;
    this.step(at, { kind: 'settle', id, spent });
  }

  /** The log stores one of what is under way, perhaps twice; everybody reads it. */
  store(which: number, twice: boolean): void {
    const [fact] = this.#pending.splice(which % Math.max(1, this.#pending.length), 1);
    if (fact === undefined) return;
    if (twice) this.#pending.push(fact);
    const entry = { sequence: this.truth.position + 1, storedAtMs: NOON, fact };
    this.truth.apply(entry);
    this.accounts.forEach((_, at) => this.step(at, { kind: 'entry', entry }));
  }

  pass(ms: number): void {
    this.#nowMs += ms;
    this.accounts.forEach((_, at) => this.step(at, { kind: 'tick' }));
  }

  settleAll(): void {
    while (this.reserved.size > 0) this.settle(1);
    for (let round = 0; round < 60; round += 1) {
      this.pass(200);
      while (this.#pending.length > 0) this.store(0, false);
      while (this.reserved.size > 0) this.settle(1);
    }
  }

  get underWay(): number {
    return [...this.reserved.values()].reduce((sum, amount) => sum + amount, 0);
  }
}

const amount = fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: CAP_MAX }));
const act = fc.oneof(
  fc.record({ kind: fc.constant('reserve' as const), at: fc.nat(3), amount }),
  fc.record({ kind: fc.constant('settle' as const), share: fc.constantFrom(0, 0.5, 1) }),
  fc.record({ kind: fc.constant('store' as const), which: fc.nat(5), twice: fc.boolean() }),
  fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 700 }) }),
);

const carryOut = (mesh: Mesh, one: typeof act extends fc.Arbitrary<infer T> ? T : never): void => {
  if (one.kind === 'reserve') mesh.reserve(one.at % mesh.accounts.length, one.amount);
  else if (one.kind === 'settle') mesh.settle(one.share);
  else if (one.kind === 'store') mesh.store(one.which, one.twice);
  else mesh.pass(one.ms);
};

describe('allotments and reservations, whatever happens in whatever order', () => {
  const cap = fc.oneof(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 0, max: CAP_MAX }));

  it('never let more be spent and reserved than the cap, and no sum is below nothing', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        cap,
        fc.array(act, { maxLength: 120 }),
        (gateways, capMicro, acts) => {
          const mesh = new Mesh(gateways, capOf(capMicro, 1));
          for (const one of acts) {
            carryOut(mesh, one);
            expect(mesh.spent + mesh.underWay).toBeLessThanOrEqual(capMicro);
            expect(
              Math.min(...mesh.accounts.map((account) => account.free(0))),
            ).toBeGreaterThanOrEqual(0);
            if (mesh.truth.version > 0) expect(mesh.truth.remainder).toBeGreaterThanOrEqual(0);
          }
        },
      ),
      { seed: 11, numRuns: 300 },
    );
  });

  it('end in a ledger that tells to the micro-unit what was spent, with nothing in any hand', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        cap,
        fc.array(act, { maxLength: 80 }),
        (gateways, capMicro, acts) => {
          const mesh = new Mesh(gateways, capOf(capMicro, 1));
          for (const one of acts) carryOut(mesh, one);
          mesh.settleAll();
          const { spent, allotted, reserved } = mesh.truth.standing(NOON);
          expect({ spent, allotted, reserved }).toEqual({
            spent: mesh.spent,
            allotted: 0,
            reserved: 0,
          });
          expect(mesh.accounts.map(({ isActive }) => isActive)).not.toContain(true);
        },
      ),
      { seed: 12, numRuns: 200 },
    );
  });

  it('are worth nothing from the moment that the control log shows a cap below them', () => {
    const mesh = new Mesh(2, capOf(1000, 1));
    mesh.reserve(0, 10);
    for (let index = 0; index < 4; index += 1) mesh.store(0, false);
    expect(mesh.accounts[0]?.free(0)).toBeGreaterThan(0);
    mesh.step(0, { kind: 'cap', cap: capOf(5, 2) });
    expect(mesh.accounts[0]?.free(0)).toBe(0);
  });
});
