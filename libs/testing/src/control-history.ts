import type {
  Actor,
  Address,
  AddressId,
  ControlEvent,
  ControlFact,
  Decoded,
  Selector,
  ServiceAccountId,
  StopMode,
  StopOrderId,
  Tag,
  Timestamp,
  UnknownEvent,
} from '#contracts';
import { partsOf } from '#contracts';
import { ControlView, type ControlChange } from '#domain';

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
    return this.#store({ known: true, event: recorded(fact, sequence) }, sequence, undefined);
  }

  /** An event that this build cannot read. */
  appendUnknown(unknown: Partial<UnknownEvent>, subject?: string): ControlChange {
    const nothing = { type: 'Novelty', version: 1, org: null, workspace: null, address: null };
    const decoded: Decoded<ControlEvent> = {
      known: false,
      unknown: { ...nothing, problem: 'unknown type', ...unknown },
    };
    return this.#store(decoded, this.#sequence + 1, subject);
  }

  all(facts: readonly ControlFact[]): this {
    for (const fact of facts) this.append(fact);
    return this;
  }

  #store(decoded: Decoded<ControlEvent>, sequence: number, subject?: string): ControlChange {
    this.#sequence = Math.max(this.#sequence, sequence);
    const storedAtMs = HISTORY_BEGINS_MS + sequence * 1000;
    return this.view.apply({ sequence, storedAtMs, decoded, ...(subject ? { subject } : {}) });
  }
}

const recorded = (fact: ControlFact, sequence: number): ControlEvent => ({
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
