import type { Address, ControlEvent, OrgName, PolicyName } from '#contracts';
import { msOf } from '../time/timestamp.js';
import type { PolicyRecord, RestrictionRecord } from './governance-records.js';

type Of<T extends ControlEvent['type']> = Extract<ControlEvent, { type: T }>;

/** The policies of all orgs, and what they left some agents. */
export class PolicyFold {
  readonly #policies = new Map<OrgName, Map<PolicyName, PolicyRecord>>();
  /** By policy and rule: what one rule leaves an agent takes nothing from what another one left it. */
  readonly #restrictions = new Map<Address, Map<string, RestrictionRecord>>();
  #generation = 0;

  /** Counts the changes: what was made ready from the policies before is out of date after one. */
  get generation(): number {
    return this.#generation;
  }

  get(org: OrgName, policy: PolicyName): PolicyRecord | null {
    return this.#policies.get(org)?.get(policy) ?? null;
  }

  *all(org?: OrgName): Generator<PolicyRecord> {
    const orgs = org === undefined ? this.#policies.values() : [this.#policies.get(org)];
    for (const policies of orgs) yield* policies?.values() ?? [];
  }

  /** Those whose time is over included. */
  restrictionsOf(address: Address): Iterable<RestrictionRecord> {
    return this.#restrictions.get(address)?.values() ?? NONE;
  }

  /** Whom a policy restricts, those whose time is over included. */
  *restrictedBy(org: OrgName, policy: PolicyName): Generator<RestrictionRecord> {
    for (const restrictions of this.#restrictions.values()) {
      for (const restriction of restrictions.values()) {
        if (restriction.policy === policy && restriction.org === org) yield restriction;
      }
    }
  }

  /** What the version before it left agents ends with that version. */
  set({ data, actor, at }: Of<'PolicySet'>, sequence: number): void {
    const policies = this.#policies.get(data.org) ?? new Map<PolicyName, PolicyRecord>();
    this.#policies.set(data.org, policies);
    policies.set(data.policy, { ...data, by: actor, setAt: at, sequence });
    this.#freeAll(data.org, data.policy);
    this.#generation += 1;
  }

  /** What it left agents ends with it. */
  remove({ data }: Of<'PolicyRemoved'>): void {
    this.#policies.get(data.org)?.delete(data.policy);
    this.#freeAll(data.org, data.policy);
    this.#generation += 1;
  }

  restrict({ data }: Of<'AgentRestricted'>, sequence: number): void {
    const restrictions =
      this.#restrictions.get(data.address) ?? new Map<string, RestrictionRecord>();
    this.#restrictions.set(data.address, restrictions);
    const record = { ...data, untilMs: msOf(data.until), sequence };
    restrictions.set(restrictionKey(record), record);
  }

  lift({ data }: Of<'RestrictionLifted'>): void {
    this.#free(data.address, data.policy);
  }

  #freeAll(org: OrgName, policy: PolicyName): void {
    for (const { address } of [...this.restrictedBy(org, policy)]) this.#free(address, policy);
  }

  #free(address: Address, policy: PolicyName): void {
    const restrictions = this.#restrictions.get(address);
    if (restrictions === undefined) return;
    for (const [key, restriction] of restrictions) {
      if (restriction.policy === policy) restrictions.delete(key);
    }
    if (restrictions.size === 0) this.#restrictions.delete(address);
  }
}

/** What tells the restrictions of one agent from each other. */
export const restrictionKey = ({
  policy,
  rule,
}: Pick<RestrictionRecord, 'policy' | 'rule'>): string => `${policy} ${rule}`;

const NONE: readonly RestrictionRecord[] = [];
