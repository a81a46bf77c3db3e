import type { StopMode } from '#contracts';

/** How many standing orders there are of each mode. */
export class ModeCounts {
  readonly #counts = new Map<StopMode, number>();

  add(mode: StopMode): void {
    this.#counts.set(mode, (this.#counts.get(mode) ?? 0) + 1);
  }

  remove(mode: StopMode): void {
    const left = (this.#counts.get(mode) ?? 1) - 1;
    if (left > 0) this.#counts.set(mode, left);
    else this.#counts.delete(mode);
  }

  /** Whether a build that knows these modes can enforce every order. */
  areAll(modes: readonly StopMode[]): boolean {
    for (const mode of this.#counts.keys()) if (!modes.includes(mode)) return false;
    return true;
  }
}
