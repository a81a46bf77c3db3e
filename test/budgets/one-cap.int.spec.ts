import {
  budgetSubject,
  Currency,
  eventCodec,
  ledgerEvents,
  ledgerSubject,
  type BudgetKey,
  type LedgerEvent,
  type OrgName,
  streams,
} from '#contracts';
import { LedgerFold } from '#domain';
import { until } from '#testing';
import { TestMesh } from '../gateway/test-mesh.js';
import { LinkedGateways } from './linked-gateways.js';
import { spend, type Purse } from './spender.js';

const SPENDERS = 200;
const CAP = 20_000_000;
/** A gateway that is cut off keeps each of its callers for seconds. */
const PATIENT = { timeoutMs: 30_000 };

describe('one cap, four gateways, two hundred spenders', () => {
  let mesh: TestMesh;
  let gateways: LinkedGateways;
  beforeAll(async () => {
    mesh = await TestMesh.start(0);
    gateways = new LinkedGateways(mesh);
    await gateways.start(4);
  });
  afterAll(() => gateways?.stop());

  const account = async (key: BudgetKey): Promise<LedgerFold> => {
    const store = mesh.nats.eventStore(streams.ledger.name, eventCodec<LedgerEvent>(ledgerEvents));
    const fold = new LedgerFold(key.per);
    for (const { sequence, storedAtMs, decoded } of await store.read(ledgerSubject(key)))
      if (decoded.known) fold.apply({ sequence, storedAtMs, fact: decoded.event as never });
    return fold;
  };

  it('never spend a micro-unit above it, while gateways are killed and cut off', async () => {
    const agent = await mesh.agent('shared');
    const key: BudgetKey = {
      ...{ scope: { agent: agent.address }, currency: Currency.parse('usd'), per: 'total' },
    };
    const data = { ...key, org: 'acme' as OrgName, capMicro: CAP, alertPct: [80] };
    await mesh.say({ type: 'BudgetSet', data }, budgetSubject(key));
    const purse: Purse = { spent: 0, declined: 0, unanswered: 0 };
    const urls = () => gateways.urls;
    const all = Array.from({ length: SPENDERS }, (_, number) =>
      spend({ agent, number, urls, purse }),
    );
    const faults = async (): Promise<void> => {
      await until(() => purse.spent > CAP / 10, PATIENT);
      gateways.cut(1);
      await until(() => purse.spent > CAP / 5, PATIENT);
      await gateways.kill(2);
      await until(() => purse.spent > CAP / 3, PATIENT);
      gateways.heal(1);
      await gateways.bring(2);
      await until(() => purse.spent > CAP / 2, PATIENT);
      await gateways.kill(3);
      await gateways.bring(3);
    };
    await Promise.all([faults(), ...all]);
    expect(purse.spent).toBeLessThanOrEqual(CAP);
    expect(purse.spent).toBeGreaterThan(CAP * 0.7);
    await until(async () => (await account(key)).standing(Date.now()).allotted === 0, PATIENT);
    const { spent, reserved, cap } = (await account(key)).standing(Date.now());
    // Whatever was lost with a killed gateway counts as spent; nothing that was spent is missing.
    expect(spent + reserved).toBeLessThanOrEqual(cap);
    expect(spent + reserved).toBeGreaterThanOrEqual(purse.spent);
  }, 150_000);
});
