import {
  Currency,
  eventCodec,
  ledgerEvents,
  ledgerSubject,
  type Address,
  type GatewayId,
  type LedgerEvent,
  type OrgName,
  type RegionName,
} from '#contracts';
import { ControlView, type BudgetRecord } from '#domain';
import { InMemoryEventStore } from '#event-store';
import { createLogger, systemIds } from '#platform';
import { until } from '#testing';
import { OpenBudgets } from './open-budgets.js';

const budgetOf = (name: string): BudgetRecord => {
  const scope = { agent: `agent://acme/production/${name}` as Address };
  const key = { scope, currency: Currency.parse('usd'), per: 'total' as const };
  return {
    ...{ id: ledgerSubject(key), key, org: 'acme' as OrgName, capMicro: 1_000_000 },
    ...{ alertPct: [], topUps: [], setAt: '2026-03-01T12:00:00.000Z', sequence: 1 },
  };
};

describe('the budgets that a gateway keeps open', () => {
  let nowMs = 0;
  const budgets = new OpenBudgets({
    identity: { gateway: 'us-east-1' as GatewayId, region: 'us-east' as RegionName },
    store: new InMemoryEventStore<LedgerEvent>({ codec: eventCodec(ledgerEvents) }),
    view: new ControlView(),
    clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
    ids: systemIds,
    log: createLogger({ service: 'gateway', level: 'silent' }),
    boot: () => 1,
    openMax: 2,
  });
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(budgetOf) as [
    ...[BudgetRecord, BudgetRecord, BudgetRecord, BudgetRecord],
  ];
  const open = async (record: BudgetRecord) => budgets.open(record);

  beforeAll(async () => {
    await expect(open(a)).rejects.toThrow('the ledger is not followed yet');
    budgets.start();
    // Whoever was too early is not refused for ever.
    await until(() => open(a));
    await open(b);
  });
  afterAll(() => budgets.stop());

  it('are so many at most, and one that is needed now is not forgotten for another', async () => {
    await expect(open(c)).rejects.toThrow('2 budgets are open here, all in use');
    expect(budgets.size).toBe(2);
  });

  it('make room for others when nobody has needed them for a while', async () => {
    nowMs = 9_000;
    const kept = await open(b);
    nowMs = 12_000;
    await open(c);
    expect(budgets.size).toBe(2);
    expect(await open(b)).toBe(kept);
    await expect(open(d)).rejects.toThrow('all in use');
  });

  it('stay while something of them is in the hands of this gateway', async () => {
    const spent = await open(b);
    const reserved = new Promise((told) => spent.reserve(1, told));
    expect(await reserved).toBeNull();
    nowMs = 60_000;
    await open(d);
    expect([budgets.size, budgets.activeSize]).toEqual([2, 1]);
    expect(await open(b)).toBe(spent);
  });
});
