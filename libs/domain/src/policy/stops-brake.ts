import { MINUTE_MS } from '../time/spans.js';

/** How many agents each policy stopped within the last minute, by all replicas together as far as the log tells. */
export class StopsBrake {
  readonly #stops = new Map<string, Map<string, number>>();
  readonly #alarmedMs = new Map<string, number>();

  /** A stop was asked for, or the log tells of one: the same breach counts once. */
  note(policy: string, breachId: string, atMs: number): void {
    const stops = this.#stops.get(policy) ?? new Map<string, number>();
    this.#stops.set(policy, stops);
    stops.set(breachId, Math.max(atMs, stops.get(breachId) ?? 0));
  }

  within(policy: string, nowMs: number): number {
    const stops = this.#stops.get(policy);
    if (stops === undefined) return 0;
    for (const [id, atMs] of stops) if (atMs <= nowMs - MINUTE_MS) stops.delete(id);
    if (stops.size === 0) this.#stops.delete(policy);
    return stops.size;
  }

  /** Whether this is the first time within the minute that the policy is held back. */
  isFirst(policy: string, nowMs: number, everyMs = MINUTE_MS): boolean {
    const lastMs = this.#alarmedMs.get(policy) ?? -Infinity;
    if (nowMs < lastMs + everyMs) return false;
    this.#alarmedMs.set(policy, nowMs);
    return true;
  }

  save(): unknown[] {
    const stops = [...this.#stops].map(([policy, ids]) => [policy, [...ids]]);
    return [stops, [...this.#alarmedMs]];
  }

  restore([stops, alarmed]: unknown[]): void {
    for (const [policy, ids] of stops as [string, [string, number][]][]) {
      for (const [id, atMs] of ids) this.note(policy, id, atMs);
    }
    for (const [policy, atMs] of alarmed as [string, number][]) this.#alarmedMs.set(policy, atMs);
  }
}
