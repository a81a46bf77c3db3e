import {
  balanceSubject,
  BudgetKey,
  eventCodec,
  ledgerEvents,
  ledgerSubject,
  type LedgerEvent,
  type LedgerFact,
  type Told,
} from '#contracts';
import { LedgerFold, type BudgetRecord, type WebhookRecord } from '#domain';
import { InMemoryEventStore } from '#event-store';
import { createLogger, record, systemIds } from '#platform';
import { until } from '#testing';
import type { NoticeWriter } from '../notices/notice-writer.js';
import { Patience } from '../notices/patience.js';
import { LedgerFacts } from './ledger-facts.js';

const NOON = Date.UTC(2026, 2, 1, 12);
const DAY = Date.UTC(2026, 2, 1);
const KEY = BudgetKey.parse({
  ...{ scope: { agent: 'agent://acme/production/payer' }, currency: 'usd', per: 'day' },
});
const SUBJECT = ledgerSubject(KEY);
const USD = 1_000_000;

let nowMs: number;
let store: InMemoryEventStore<LedgerEvent>;
let told: Told[];
const open: LedgerFacts[] = [];
const log = createLogger({ service: 'spec', level: 'silent' });

const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
const budget = { id: SUBJECT, key: KEY } as unknown as BudgetRecord;
/** Tells each event once, as the stream of notices does. */
const writer = {
  wanting: () => [{} as WebhookRecord],
  write: (what: Told) => {
    if (!told.some(({ eventId }) => eventId === what.eventId)) told.push(what);
    return Promise.resolve(1);
  },
} as unknown as NoticeWriter;

const say = (fact: LedgerFact, subject = SUBJECT) =>
  store.append({
    subject,
    event: record(
      fact,
      {
        ...{ actor: { kind: 'gateway', id: 'g1', via: 'budget' }, org: 'acme' },
        ...{ workspace: 'production', correlationId: 'spec' },
      },
      clock,
      systemIds,
    ) as LedgerEvent,
  });
const cap = (version: number, usd: number): LedgerFact =>
  ({
    type: 'CapTaken',
    data: { ...KEY, org: 'acme', version, capMicro: usd * USD, alertPct: [50, 80], topUps: [] },
  }) as unknown as LedgerFact;
let said = 0;
const spend = async (usd: number, period = DAY): Promise<void> => {
  const who = { gateway: 'g1', boot: 1 };
  const ask = { neededMicro: usd * USD, wantedMicro: usd * USD };
  said += 1;
  await say({
    type: 'AllotmentAsked',
    data: { ...who, n: said, floor: said, ...ask },
  } as LedgerFact);
  said += 1;
  await say({
    type: 'Stated',
    data: { ...who, n: said, floor: said, period, settledMicro: usd * USD, returnedMicro: 0 },
  } as LedgerFact);
};
const follow = async (budgets = [budget]): Promise<LedgerFacts> => {
  const view = {
    budgets: {
      all: () => budgets,
      get: (id: string) => budgets.find((one) => one.id === id) ?? null,
    },
  } as never;
  const facts = new LedgerFacts({ ...{ store, view, clock, log }, patience: new Patience(log) });
  open.push(facts);
  await facts.start(writer);
  return facts;
};
const shares = () => told.map(({ data }) => data.threshold_pct);

beforeEach(() => {
  [nowMs, told, said] = [NOON, [], 0];
  store = new InMemoryEventStore({
    codec: eventCodec<LedgerEvent>(ledgerEvents),
    nowMs: () => nowMs,
  });
});
afterEach(async () => {
  for (const facts of open.splice(0)) await facts.stop();
});

it('tells of each share of the cap as it is spent, once', async () => {
  await say(cap(1, 10));
  await follow();
  await spend(4);
  await spend(2);
  await until(() => told.length === 1);
  await spend(1);
  await spend(2);
  await until(() => told.length === 2);
  expect(shares()).toEqual([50, 80]);
  expect(told[0]).toMatchObject({
    ...{ type: 'budget.threshold', org: 'acme', workspace: 'production' },
    ...{ about: 'agent://acme/production/payer' },
    says: 'agent://acme/production/payer has used 6.00 of 10.00 usd per day (50 %)',
    data: {
      used: '6.00',
      cap: '10.00',
      currency: 'usd',
      per: 'day',
      period_start: '2026-03-01T00:00:00.000Z',
    },
  });
});

it('tells at its start what was reached meanwhile, under the id that it had', async () => {
  await say(cap(1, 10));
  await spend(6);
  await (await follow()).stop();
  expect(shares()).toEqual([50]);
  await spend(3);
  await (await follow()).stop();
  await follow();
  expect(shares()).toEqual([50, 80]);
});

it('goes on from the balance that was struck', async () => {
  const fold = new LedgerFold('day');
  await say(cap(1, 10));
  await spend(6);
  for (const { sequence, storedAtMs, decoded } of await store.read(SUBJECT)) {
    if (decoded.known) fold.apply({ sequence, storedAtMs, fact: decoded.event as never });
  }
  await say({ type: 'BalanceStruck', data: fold.strike() }, balanceSubject(SUBJECT));
  await follow();
  expect(shares()).toEqual([50]);
  await spend(3);
  await until(() => told.length === 2);
});

it('tells anew in a new period, and of a share that a raised cap left behind', async () => {
  await say(cap(1, 10));
  await follow();
  await spend(6);
  await until(() => told.length === 1);
  await say(cap(2, 20));
  await spend(5);
  await until(() => told.length === 2);
  nowMs += 24 * 3_600_000;
  await spend(10, DAY + 24 * 3_600_000);
  await until(() => told.length === 3);
  expect(shares()).toEqual([50, 50, 50]);
  expect(new Set(told.map(({ eventId }) => eventId)).size).toBe(3);
});

it('tells nothing of a budget that was removed', async () => {
  await say(cap(1, 10));
  await spend(9);
  await follow([]);
  expect(told).toEqual([]);
});

it('keeps no account of the limits of sessions, of which there is no end', async () => {
  const facts = await follow();
  const session = '018f4e2a-0000-7000-8000-0000000000aa';
  const key = BudgetKey.parse({
    ...{ scope: { session, namespace: 'acme/production' }, currency: 'actions', per: 'total' },
  });
  const limit = { ...key, org: 'acme', version: 1, capMicro: USD, alertPct: [], topUps: [] };
  await say({ type: 'CapTaken', data: limit } as unknown as LedgerFact, ledgerSubject(key));
  await say(cap(1, 10));
  await spend(6);
  await until(() => told.length === 1);
  expect(facts.size).toBe(1);
});
