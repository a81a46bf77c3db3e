import type { ActivityFact, Address, BreachId, BreachRequest, OrgName } from '#contracts';

export type PolicyFact = Extract<
  ActivityFact,
  { type: 'BreachSeen' | 'LimitNear' | 'PolicyBraked' }
>;

/** What is to be done about a firing; kept until it was. Its `id` is the same whenever the same history is folded. */
export type PolicyEffect =
  | {
      readonly kind: 'breach';
      readonly id: BreachId;
      readonly storedAtMs: number;
      /** As `until` of the request, milliseconds. */
      readonly untilMs: number | null;
      readonly request: Omit<BreachRequest, 'until'>;
    }
  | {
      readonly kind: 'fact';
      /** Of the event. */
      readonly id: string;
      readonly storedAtMs: number;
      readonly org: OrgName;
      readonly address: Address | null;
      readonly fact: PolicyFact;
    };

/** Makes ids from what they stand for: equal texts, equal ids. The core has no hash of its own. */
export interface EffectIds {
  breachId(text: string): BreachId;
  /** A UUID. */
  eventId(text: string): string;
}
