/** Lets one thing at a time through, and can be held shut: writers wait, and whoever holds knows that none is inside. */
export class Hold {
  private inside: Promise<unknown> = Promise.resolve();
  private shut: Promise<void> | null = null;

  /** Runs the work as soon as nobody holds. */
  async pass<T>(work: () => Promise<T>): Promise<T> {
    while (this.shut !== null) await this.shut;
    const running = work();
    this.inside = running.catch(() => undefined);
    return await running;
  }

  /** Resolves when nothing is inside any more; the answer opens again. */
  async hold(): Promise<() => void> {
    let open = (): void => undefined;
    this.shut = new Promise((resolve) => {
      open = () => {
        this.shut = null;
        resolve();
      };
    });
    await this.inside;
    return open;
  }
}
