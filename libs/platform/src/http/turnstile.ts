/** So long the requests of one turn of the event loop may take together before what else arrived is looked at. */
const TURN_MS = 3;

/**
 * Lets requests in a few at a time. Under load many connections become readable in one turn of the event loop, and whatever
 * arrives beside them (a stop, above all) would wait until all of them were worked on. What comes after the turn's time is
 * over waits for the next turn, in its order; every connection has one request here at most, so their number is the limit.
 */
export class Turnstile {
  private readonly waiting: (() => void)[] = [];
  private endsMs = 0;
  private isOpen = false;

  constructor(private readonly nowMs: () => number = () => performance.now()) {}

  /** Calls `enter` at once or in one of the next turns. */
  pass(enter: () => void): void {
    if (!this.isOpen) this.begin();
    if (this.waiting.length > 0 || this.nowMs() > this.endsMs) this.waiting.push(enter);
    else enter();
  }

  private begin(): void {
    this.isOpen = true;
    this.endsMs = this.nowMs() + TURN_MS;
    setImmediate(() => this.next());
  }

  private next(): void {
    this.isOpen = false;
    if (this.waiting.length === 0) return;
    this.begin();
    while (this.waiting.length > 0 && this.nowMs() <= this.endsMs) this.waiting.shift()?.();
  }
}
