/** Who has read the log anew since two operators have said that it was restored: there it is at home. */
export class StartOvers {
  #isRestored = false;
  readonly #machines = new Set<string>();

  logLost(): void {
    this.#isRestored = false;
    this.#machines.clear();
  }

  restored(): void {
    this.#isRestored = true;
  }

  add(machine: string): void {
    if (this.#isRestored) this.#machines.add(machine);
  }

  /** A process that begins knows nothing of what its forerunner has read. */
  remove(machine: string): void {
    this.#machines.delete(machine);
  }

  has(machine: string): boolean {
    return this.#machines.has(machine);
  }
}
