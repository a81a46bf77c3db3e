import type { Address } from '#contracts';
import type { PolicyEffect } from './effect.js';

/** Facts that wait beyond so many are dropped, the oldest first; requests never are. */
const FACTS_MAX = 10_000;

/** What is to be done, until it was. */
export class PendingEffects {
  /** Facts that were dropped. */
  dropped = 0;
  readonly #waiting = new Map<string, PolicyEffect>();
  #facts = 0;

  get size(): number {
    return this.#waiting.size;
  }

  all(): IterableIterator<PolicyEffect> {
    return this.#waiting.values();
  }

  has(id: string): boolean {
    return this.#waiting.has(id);
  }

  add(effect: PolicyEffect): void {
    if (this.#waiting.has(effect.id)) return;
    this.#waiting.set(effect.id, effect);
    if (effect.kind !== 'fact') return;
    this.#facts += 1;
    if (this.#facts > FACTS_MAX) this.#dropOldestFact();
  }

  settle(id: string): void {
    if (this.#waiting.get(id)?.kind === 'fact') this.#facts -= 1;
    this.#waiting.delete(id);
  }

  /**
   * The log tells of a breach of this rule by this agent: what was found until then, and is not that very one, was told. The
   * very one is asked for again, for it may have been told and not carried out; who carries it out does nothing twice.
   */
  told(breach: ToldBreach): void {
    for (const effect of this.#waiting.values()) {
      if (effect.kind === 'breach' && isToldBy(effect, breach)) this.settle(effect.id);
    }
  }

  /** Forgets what happened before; answers how many. */
  dropBefore(atMs: number): number {
    const stale = [...this.#waiting.values()].filter(({ storedAtMs }) => storedAtMs < atMs);
    for (const { id } of stale) this.settle(id);
    return stale.length;
  }

  #dropOldestFact(): void {
    for (const { id, kind } of this.#waiting.values()) {
      if (kind !== 'fact') continue;
      this.settle(id);
      this.dropped += 1;
      return;
    }
  }
}

export interface ToldBreach {
  readonly breachId: string;
  readonly policySequence: number;
  readonly rule: number;
  readonly address: Address;
  readonly storedAtMs: number;
}

const isToldBy = (
  { id, storedAtMs, request }: Extract<PolicyEffect, { kind: 'breach' }>,
  told: ToldBreach,
): boolean =>
  id !== told.breachId &&
  request.policySequence === told.policySequence &&
  request.rule === told.rule &&
  request.address === told.address &&
  storedAtMs <= told.storedAtMs;
