import type {
  Actor,
  Address,
  AddressId,
  ControlEvent,
  ControlFact,
  Decoded,
  Selector,
  ServiceAccountId,
  GatewayId,
  GatewayJoined,
  FactOf,
  RegionName,
  StopOrderId,
  Tag,
  Timestamp,
  UnknownEvent,
} from '#contracts';
import { partsOf, StopMode } from '#contracts';
import { ControlView, type ControlChange, type StoredControlEvent } from '#domain';

/** When every history begins; each event is stored a second after the one before. */
export const HISTORY_BEGINS_MS = Date.UTC(2026, 0, 31, 3, 0, 0);

const ada: Actor = { kind: 'operator', id: 'aaaaaaaaaaaaaaaa', via: 'http' };

/** A control log in memory with the view of it: facts go in, with constant actors and counted ids and times. */
export class ControlHistory {
  readonly view = new ControlView();
  #sequence = 0;

  get sequence(): number {
    return this.#sequence;
  }

  append(fact: ControlFact, sequence = this.#sequence + 1): ControlChange {
    return this.view.apply(this.stored(fact, sequence));
  }

  /** The event as a reader of the log gets it, without applying it. */
  stored(fact: ControlFact, sequence = this.#sequence + 1): StoredControlEvent {
    this.#sequence = Math.max(this.#sequence, sequence);
    const decoded = { known: true, event: recorded(fact, sequence) } as const;
    return { sequence, storedAtMs: storedAtMs(sequence), decoded };
  }

  /** An event that this build cannot read. */
  appendUnknown(unknown: Partial<UnknownEvent>, subject?: string): ControlChange {
    const nothing = { type: 'Novelty', version: 1, org: null, workspace: null, address: null };
    const decoded: Decoded<ControlEvent> = {
      known: false,
      unknown: { ...nothing, problem: 'unknown type', ...unknown },
    };
    this.#sequence += 1;
    const sequence = this.#sequence;
    const stored = { sequence, storedAtMs: storedAtMs(sequence), decoded };
    return this.view.apply({ ...stored, ...(subject ? { subject } : {}) });
  }

  all(facts: readonly ControlFact[]): this {
    for (const fact of facts) this.append(fact);
    return this;
  }
}

const storedAtMs = (sequence: number): number => HISTORY_BEGINS_MS + sequence * 1000;

/** The fact in an envelope with the constant actor, and id and time of this number. */
export const recorded = (fact: ControlFact, sequence: number): ControlEvent => ({
  ...fact,
  version: 1,
  id: `00000000-0000-7000-8000-${String(sequence).padStart(12, '0')}`,
  at: new Date(HISTORY_BEGINS_MS + sequence * 1000).toISOString() as Timestamp,
  org: null,
  workspace: null,
  actor: ada,
  correlation_id: 'story',
  causation_id: null,
  signature: null,
});

/** Twenty base32 characters that differ for different words, so that ids in stories can be told apart. */
const twenty = (word: string): string => {
  const letters = [...word].map((letter) => letter.toLowerCase().replace(/[^a-z2-7]/, 'z'));
  return letters.join('').padStart(20, 'a').slice(-20);
};

type GatewayMembershipData = FactOf<typeof GatewayJoined>['data'];

export const orderIdOf = (word: string): StopOrderId => `stop_${twenty(word)}` as StopOrderId;

export interface StopTerms {
  readonly id?: string;
  readonly mode?: StopMode;
  readonly expiresAt?: string;
  readonly drainUntil?: string;
  readonly reason?: string;
}

/** `stopOrdered({ tag: 'bulk', org: 'acme' }, { mode: 'pause' })` */
export const stopOrdered = (selector: object, terms: StopTerms = {}): ControlFact => ({
  type: 'StopOrdered',
  data: {
    orderId: orderIdOf(terms.id ?? 'one'),
    mode: terms.mode ?? 'halt',
    selector: selector as Selector,
    reason: terms.reason ?? null,
    expiresAt: (terms.expiresAt as Timestamp | undefined) ?? null,
    drainUntil: (terms.drainUntil as Timestamp | undefined) ?? null,
  },
});

export const stopLifted = (id = 'one', reason: string | null = 'mended'): ControlFact => ({
  type: 'StopLifted',
  data: { orderId: orderIdOf(id), reason, cause: 'operator' },
});

/** A gateway that can do all that there is; `over` is what matters to the story. */
export const gatewayMembership = (gateway: string, boot = 1): GatewayMembershipData => ({
  gateway: gateway as GatewayId,
  region: 'us' as RegionName,
  boot,
  url: null,
  join: `join-of-${gateway}-${boot}`,
  keyId: null,
  publicKey: null,
  modes: StopMode.options,
});

export const gatewayJoined = (
  gateway: string,
  boot = 1,
  over: Partial<GatewayMembershipData> = {},
) => ({
  type: 'GatewayJoined' as const,
  data: { ...gatewayMembership(gateway, boot), ...over },
});

export const agentRegistered = (address: string): ControlFact => ({
  type: 'AgentRegistered',
  data: {
    address: address as Address,
    addressId: `addr_${twenty(address)}` as AddressId,
    serviceAccountId: `sa_${twenty(address)}` as ServiceAccountId,
    name: partsOf(address as Address).name,
    description: null,
    createdByNote: null,
  },
});

export const agentTagged = (address: string, ...tags: string[]): ControlFact => ({
  type: 'AgentTagged',
  data: { address: address as Address, tags: tags as Tag[] },
});

export const agentRevoked = (address: string): ControlFact => ({
  type: 'AgentRevoked',
  data: { address: address as Address, reason: null },
});
