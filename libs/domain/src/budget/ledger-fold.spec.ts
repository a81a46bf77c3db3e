import { describe, expect, it } from '@jest/globals';
import {
  Address,
  AuthorizationId,
  BalanceStruck,
  type BudgetLedgerFact,
  Currency,
  GatewayId,
  OrgName,
} from '#contracts';
import { LedgerFold } from './ledger-fold.js';
import { thresholdsCrossed } from './budget-standing.js';

const NOON = Date.UTC(2026, 2, 1, 12);
const DAY = Date.UTC(2026, 2, 1);
const HOUR = 3_600_000;
const A = { gateway: GatewayId.parse('a'), boot: 1 };
const B = { gateway: GatewayId.parse('b'), boot: 1 };
const payment = AuthorizationId.parse('auth_aaaaaaaaaaaaaaaaaaaa');

const cap = (
  capMicro: number,
  version = 1,
  topUps: { amountMicro: number; untilMs: number }[] = [],
) =>
  ({
    type: 'CapTaken',
    data: {
      scope: { agent: Address.parse('agent://acme/prod/bot') },
      currency: Currency.parse('usd'),
      per: 'day',
      org: OrgName.parse('acme'),
      version,
      capMicro,
      alertPct: [50, 80],
      topUps,
    },
  }) satisfies BudgetLedgerFact;
const ask = (
  who: typeof A,
  n: number,
  neededMicro: number,
  more: { wanted?: number; floor?: number } = {},
) =>
  ({
    type: 'AllotmentAsked',
    data: {
      ...who,
      n,
      floor: more.floor ?? n,
      neededMicro,
      wantedMicro: more.wanted ?? neededMicro,
    },
  }) satisfies BudgetLedgerFact;
const stated = (who: typeof A, n: number, settledMicro: number, returnedMicro: number) =>
  ({
    type: 'Stated',
    data: { ...who, n, floor: n, period: DAY, settledMicro, returnedMicro },
  }) satisfies BudgetLedgerFact;
const authorized = (who: typeof A, n: number, amountMicro: number, expiresAtMs = NOON + HOUR) =>
  ({
    type: 'Authorized',
    data: { ...who, n, floor: n, period: DAY, authorizationId: payment, amountMicro, expiresAtMs },
  }) satisfies BudgetLedgerFact;
const captured = (amountMicro: number, request = 'r1') =>
  ({
    type: 'Captured',
    data: { authorizationId: payment, amountMicro, request },
  }) satisfies BudgetLedgerFact;
const released = (request = 'r1') =>
  ({ type: 'Released', data: { authorizationId: payment, request } }) satisfies BudgetLedgerFact;

/** A ledger to which facts are appended one after the other. */
const ledger = () => {
  const fold = new LedgerFold('day');
  return {
    fold,
    add: (fact: BudgetLedgerFact | null, storedAtMs = NOON) =>
      fold.apply({ sequence: fold.position + 1, storedAtMs, fact }),
    standing: (atMs = NOON) => fold.standing(atMs),
  };
};

describe('an allotment', () => {
  it('is what is needed, or a sixteenth of what is left where more is wanted', () => {
    const { add } = ledger();
    add(cap(1600));
    expect(add(ask(A, 1, 10, { wanted: 1000 }))).toMatchObject({ kind: 'granted', amount: 100 });
    expect(add(ask(A, 2, 700))).toMatchObject({ kind: 'granted', amount: 700 });
    expect(add(ask(B, 1, 801))).toMatchObject({ kind: 'short', remainder: 800 });
    expect(add(ask(B, 2, 800))).toMatchObject({ kind: 'granted', amount: 800 });
  });

  it('is granted once for one saying, and never for one that was given up', () => {
    const { add, fold } = ledger();
    add(cap(1000));
    add(ask(A, 2, 10));
    expect(add(ask(A, 2, 10))).toMatchObject({ kind: 'void' });
    expect(add(ask(A, 1, 10))).toMatchObject({ kind: 'void' });
    expect(fold.holding(A, DAY)).toBe(10);
    // Another gateway counts for itself.
    expect(add(ask(B, 2, 10))).toMatchObject({ kind: 'granted' });
  });

  it('counts late where it was not given up', () => {
    const { add } = ledger();
    add(cap(1000));
    add(ask(A, 2, 10, { floor: 1 }));
    expect(add(ask(A, 1, 10))).toMatchObject({ kind: 'granted' });
  });

  it('is nothing before the ledger has a cap, and after an event from the future', () => {
    const { add } = ledger();
    expect(add(ask(A, 1, 1))).toMatchObject({ kind: 'short', remainder: 0 });
    add(cap(1000));
    add(null);
    expect(add(ask(A, 2, 1))).toMatchObject({ kind: 'short', remainder: 0 });
  });

  it('flows back and is spent, and no more flows back than there is', () => {
    const { add, fold, standing } = ledger();
    add(cap(1000));
    add(ask(A, 1, 600));
    add(stated(A, 2, 200, 300));
    expect(standing()).toMatchObject({ spent: 200, allotted: 100, remaining: 700 });
    add(stated(A, 3, 0, 5000));
    add(stated(A, 3, 0, 5000));
    expect(standing()).toMatchObject({ spent: 200, allotted: 0, remaining: 800 });
    expect(fold.remainder).toBe(800);
  });

  it('of a run that is over counts as spent, and a late statement of it still frees it', () => {
    const { add, standing } = ledger();
    add(cap(1000));
    add(ask(A, 1, 600));
    const next = { ...A, boot: 2 };
    add(ask(next, 1, 100));
    expect(standing()).toMatchObject({ spent: 600, allotted: 100, remaining: 300 });
    add(stated(A, 2, 50, 550));
    expect(standing()).toMatchObject({ spent: 50, allotted: 100, remaining: 850 });
    // No new allotment for a run that is over and unknown.
    expect(add(ask({ ...A, boot: 1 }, 3, 10))).toMatchObject({ kind: 'granted' });
    expect(add(ask({ gateway: B.gateway, boot: 2 }, 1, 10))).toMatchObject({ kind: 'granted' });
    expect(add(ask(B, 1, 10))).toMatchObject({ kind: 'short' });
  });
});

describe('a cap', () => {
  it('is the one with the highest version, in whatever order they come', () => {
    const { add, standing } = ledger();
    add(cap(500, 7));
    expect(add(cap(900, 3))).toEqual({ kind: 'nothing' });
    expect(standing().cap).toBe(500);
  });

  it('leaves allotments standing where they fit under it, and else does not', () => {
    const { add } = ledger();
    add(cap(1000));
    add(ask(A, 1, 600));
    expect(add(cap(600, 2))).toMatchObject({ kind: 'cap', version: 2, fits: true });
    expect(add(cap(599, 3))).toMatchObject({ kind: 'cap', version: 3, fits: false });
    expect(add(ask(B, 1, 1))).toMatchObject({ kind: 'short', remainder: 0 });
    expect(add(cap(2000, 4))).toMatchObject({ fits: true });
    expect(add(ask(B, 2, 1400))).toMatchObject({ kind: 'granted', version: 4 });
  });

  it('is higher while a top-up lasts, by the clock of the log, and what is granted then ends with it', () => {
    const { add, standing } = ledger();
    const untilMs = NOON + 1000;
    expect(add(cap(100, 1, [{ amountMicro: 50, untilMs }]))).toMatchObject({ untilMs });
    expect(add(ask(A, 1, 150))).toMatchObject({ kind: 'granted', untilMs });
    add(stated(A, 2, 140, 10));
    expect(standing()).toMatchObject({ cap: 150, toppedUp: 50, remaining: 10 });
    expect(standing(untilMs)).toMatchObject({ cap: 100, toppedUp: 0, remaining: 0 });
    expect(add(ask(A, 3, 1), untilMs)).toMatchObject({ kind: 'short', remainder: 0 });
    // The log's clock never goes back.
    expect(add(ask(A, 4, 1), NOON)).toMatchObject({ kind: 'short', remainder: 0 });
  });

  it('sums to an exact number however large it is', () => {
    const { add, fold } = ledger();
    const huge = 1_000_000_000_000_000;
    const topUps = Array.from({ length: 100 }, () => ({ amountMicro: huge, untilMs: NOON + HOUR }));
    add(cap(huge, 1, topUps));
    add(ask(A, 1, huge));
    add(ask(A, 2, 1));
    expect(Number.isSafeInteger(fold.remainder)).toBe(true);
    expect(fold.remainder).toBe(3 * huge - 1);
  });
});

describe('a period', () => {
  const tomorrow = DAY + 24 * HOUR;

  it('begins at nothing spent, with the first event after it', () => {
    const { add, standing, fold } = ledger();
    add(cap(100));
    add(ask(A, 1, 100));
    expect(standing(tomorrow)).toMatchObject({ spent: 0, allotted: 0, remaining: 100 });
    expect(add(ask(B, 1, 100), tomorrow)).toMatchObject({ kind: 'granted', period: tomorrow });
    expect(fold.holding(A, tomorrow)).toBe(0);
  });

  it('takes what is said of the one before, and nothing of it changes the new one', () => {
    const { add, standing, fold } = ledger();
    add(cap(100));
    add(ask(A, 1, 60));
    add(ask(B, 1, 10), tomorrow);
    add(stated(A, 2, 60, 0), tomorrow);
    expect(fold.holding(A, DAY)).toBe(0);
    expect(standing(tomorrow)).toMatchObject({ spent: 0, allotted: 10, remaining: 90 });
  });
});

describe('an authorization', () => {
  const opened = () => {
    const all = ledger();
    all.add(cap(1000));
    all.add(ask(A, 1, 500));
    return { ...all, open: all.add(authorized(A, 2, 400)) };
  };

  it('moves its amount out of the allotment, once for one id', () => {
    const { add, standing, open } = opened();
    expect(open).toMatchObject({ kind: 'authorized', result: 'opened' });
    expect(standing()).toMatchObject({ allotted: 100, reserved: 400, remaining: 500 });
    expect(add(authorized(A, 3, 400))).toMatchObject({ result: 'known' });
    expect(standing()).toMatchObject({ allotted: 100, reserved: 400 });
  });

  it('is refused where the gateway holds less', () => {
    const { add } = ledger();
    add(cap(1000));
    add(ask(A, 1, 500));
    expect(add(authorized(A, 2, 501))).toMatchObject({ result: 'uncovered' });
  });

  it('is captured once, of no more than it was, and the rest is free', () => {
    const { add, standing } = opened();
    expect(add(captured(401))).toMatchObject({ result: 'above_authorization' });
    expect(add(captured(300))).toMatchObject({ result: 'captured' });
    expect(add(captured(300, 'r2'))).toMatchObject({ result: 'already_captured' });
    expect(add(captured(300))).toMatchObject({ result: 'captured' });
    expect(add(released('r3'))).toMatchObject({ result: 'already_captured' });
    expect(standing()).toMatchObject({ spent: 300, reserved: 0, allotted: 100, remaining: 600 });
    expect(add(authorized(A, 3, 100))).toMatchObject({ result: 'known_ended' });
  });

  it('is released once, and then all of it is free', () => {
    const { add, standing } = opened();
    expect(add(released())).toMatchObject({ result: 'released' });
    expect(add(captured(1, 'r2'))).toMatchObject({ result: 'already_released' });
    expect(standing()).toMatchObject({ spent: 0, reserved: 0, allotted: 100, remaining: 900 });
  });

  it('expires by the clock of the log, a grace after its time', () => {
    const { add, standing, fold } = opened();
    const over = NOON + HOUR;
    expect(standing(over).reserved).toBe(400);
    expect(standing(over + 2000).reserved).toBe(0);
    expect(add(captured(1), over + 2000)).toMatchObject({ result: 'expired' });
    expect(fold.remainder).toBe(900);
  });
});

describe('a balance that was struck', () => {
  it('goes on as if all events had been read, and fits its schema', () => {
    const { add, fold } = ledger();
    add(cap(1000, 5, [{ amountMicro: 50, untilMs: NOON + 1000 }]));
    add(ask(A, 1, 500));
    add(ask(B, 2, 100, { wanted: 200, floor: 1 }));
    add(authorized(A, 2, 400));
    add(stated(A, 3, 10, 20));
    const struck = BalanceStruck.data.parse(JSON.parse(JSON.stringify(fold.strike())));
    const again = LedgerFold.from(struck);
    const more = [captured(100), ask(B, 1, 30), ask(A, 9, 2), stated(A, 3, 1, 1)];
    for (const fact of more) {
      const entry = { sequence: fold.position + 1, storedAtMs: NOON, fact };
      expect(again.apply(entry)).toEqual(fold.apply(entry));
      expect(again.strike()).toEqual(fold.strike());
      expect(again.remainder).toBe(fold.remainder);
    }
  });
});

describe('the thresholds of a cap', () => {
  it('are told when spending reaches them, and again in a new period', () => {
    const { add, fold } = ledger();
    const view = (atMs = NOON) => ({ cap: cap(100).data, standing: fold.standing(atMs) });
    add(cap(100));
    const before = view();
    add(ask(A, 1, 90));
    expect(thresholdsCrossed(before, view())).toEqual([]);
    add(stated(A, 2, 79, 0));
    expect(thresholdsCrossed(before, view()).map(({ pct }) => pct)).toEqual([50]);
    const between = view();
    add(stated(A, 3, 1, 0));
    expect(thresholdsCrossed(between, view())).toEqual([
      { pct: 80, capMicro: 100, usedMicro: 80, currency: 'usd', period: DAY },
    ]);
    expect(thresholdsCrossed(view(), view())).toEqual([]);
    expect(thresholdsCrossed(null, view()).map(({ pct }) => pct)).toEqual([50, 80]);
    expect(thresholdsCrossed(view(), view(NOON + 24 * HOUR))).toEqual([]);
  });
});
