/** So many at once, the others wait in line, none longer than it can. */
export class Slots {
  private readonly waiting = new Set<() => void>();

  constructor(private free: number) {}

  /** `true`: a slot is ours until `release`. `false`: none came free in time. */
  within(ms: number): Promise<boolean> {
    if (this.free > 0) {
      this.free -= 1;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.waiting.delete(enter);
        resolve(false);
      }, ms);
      const enter = (): void => {
        clearTimeout(timer);
        resolve(true);
      };
      this.waiting.add(enter);
    });
  }

  release(): void {
    const [next] = this.waiting;
    if (!next) this.free += 1;
    else {
      this.waiting.delete(next);
      next();
    }
  }
}
