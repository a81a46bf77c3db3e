import { Address, type BudgetPeriod, Currency, OrgName } from '#contracts';
import { type LedgerCap, periodAt } from '#domain';
import { Random } from '../simulation/random.js';
import { Schedule } from '../simulation/schedule.js';
import { Checker } from './checker.js';
import { LedgerModel } from './ledger-model.js';
import { Reference } from './reference.js';
import { type Scenario, scenarioOf } from './scenarios.js';
import { SimGateway } from './sim-gateway.js';
import type { Surroundings } from './surroundings.js';

const NOON = Date.UTC(2026, 2, 31, 12);

/** One budget, its gateways, its log and its time; all that happens comes from the seed. */
export class World implements Surroundings {
  readonly random: Random;
  readonly schedule = new Schedule();
  readonly scenario: Scenario;
  readonly per: BudgetPeriod;
  readonly reference: Reference;
  readonly checker: Checker;
  readonly ledger: LedgerModel;
  readonly gateways: SimGateway[];
  readonly totals = { reserved: 0, exceeded: 0, unavailable: 0, authorizations: 0 };
  /** When the last fault that concerns all ended. */
  troubledMs = 0;
  /** What the control log shows; `null`: the cap was removed. */
  cap: LedgerCap | null = null;
  #version = 0;

  constructor(readonly seed: number) {
    this.random = new Random(seed);
    this.scenario = scenarioOf(seed);
    const { faults, turns } = this.scenario;
    this.per = this.random.pick(turns ? ['hour', 'day', 'month'] : ['hour', 'day', 'total']);
    const startMs = this.#startMs(turns);
    this.reference = new Reference((ms) => periodAt(this.per, ms).startMs);
    const now = (): number => this.schedule.nowMs;
    this.checker = new Checker(this.per, now, this.reference, () => this.ledger);
    this.checker.isRough = faults.hang > 0;
    this.checker.hasSteps = this.scenario.clockSteps;
    this.ledger = new LedgerModel(this, { ...faults }, startMs, (entry) => {
      this.reference.apply(entry);
      this.checker.stored(entry);
    });
    this.setCap(this.random.whole(1, 50) * 100_000);
    const count = this.random.whole(2, 5);
    this.gateways = Array.from({ length: count }, (_, index) => new SimGateway(this, index));
  }

  /** The control log decides; each gateway hears of it on its own way. */
  setCap(capMicro: number | null, topUps: LedgerCap['topUps'] = []): void {
    this.#version += 1;
    this.troubledMs = this.schedule.nowMs;
    this.cap =
      capMicro === null
        ? null
        : {
            scope: { agent: Address.parse('agent://acme/prod/bot') },
            currency: Currency.parse('usd'),
            per: this.per,
            org: OrgName.parse('acme'),
            version: this.#version,
            capMicro,
            alertPct: [80],
            topUps,
          };
    const atMs = this.schedule.nowMs;
    if (capMicro !== null) this.checker.cap({ atMs, capMicro, topUps });
    const { cap } = this;
    for (const gateway of this.gateways ?? [])
      this.schedule.in(this.random.between(1, 150), () => {
        if (this.cap === cap) gateway.onCap(cap);
      });
  }

  /** Somebody, somewhere, ends the authorization; some do twice, some never. */
  endLater(authorizationId: string, amount: number): void {
    const { random } = this;
    if (random.chance(0.2)) return;
    const ends = random.chance(0.2) ? 2 : 1;
    for (let index = 0; index < ends; index += 1) {
      const share = random.pick([null, 0.5, 1, 1, 1.2]);
      const captured = share === null ? null : Math.floor(amount * share);
      this.schedule.in(random.between(1, 4000), () =>
        random.pick(this.gateways).end(authorizationId, captured, `${authorizationId}#${index}`),
      );
    }
  }

  /** What all gateways hold though nobody there asks for it. */
  idle(): number {
    if (this.schedule.nowMs - this.troubledMs < 3000 || this.scenario.faults.wayMsMax > 10)
      return 0;
    return this.gateways.reduce((sum, gateway) => sum + gateway.idle(), 0);
  }

  /** Seconds before a period ends, where that is the story. */
  #startMs(turns: boolean): number {
    if (!turns) return NOON + this.random.whole(0, 1000);
    const { endMs } = periodAt(this.per, NOON);
    return (endMs ?? NOON) - this.random.whole(3000, 12_000);
  }
}
