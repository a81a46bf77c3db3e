import type { Address } from '#contracts';

const SESSIONS_MAX = 100_000;

/** Who began each open session; beyond the limit the oldest is forgotten, and its end goes unnoticed. */
export class SessionOwners {
  readonly #owners = new Map<string, Address>();

  add(session: string, owner: Address): void {
    const [oldest] = this.#owners.keys();
    if (oldest !== undefined && this.#owners.size >= SESSIONS_MAX) this.#owners.delete(oldest);
    this.#owners.set(session, owner);
  }

  /** `null`: nobody's, or ended before. */
  take(session: string): Address | null {
    const owner = this.#owners.get(session) ?? null;
    this.#owners.delete(session);
    return owner;
  }

  save(): [string, Address][] {
    return [...this.#owners];
  }

  restore(saved: readonly (readonly [string, Address])[]): void {
    for (const [session, owner] of saved) this.#owners.set(session, owner);
  }
}
