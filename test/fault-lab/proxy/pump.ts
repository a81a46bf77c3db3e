import type { Socket } from 'node:net';
import { free, type Flow } from './fault.js';

type Item =
  | { readonly kind: 'bytes'; readonly chunk: Buffer; readonly arrivedMs: number }
  | { readonly kind: 'end' | 'close'; readonly arrivedMs: number };

/** So much is taken in while nothing goes out; then the sender feels the pressure. */
const HELD_BYTES_MAX = 1_000_000;
const LONGEST_TIMER_MS = 2_000_000_000;
/** Timers come up to so much early. */
const EARLY_MS = 0.3;

/** Carries one way of one connection. With a free flow and an empty queue a chunk is written in the turn that it came in. */
export class Pump {
  heldBytes = 0;
  #flow: Flow = free;
  #queue: Item[] = [];
  #timer: NodeJS.Timeout | null = null;
  #sentMs = 0;
  #blocked = false;

  constructor(
    private readonly from: Socket,
    private readonly to: Socket,
  ) {
    from.on('data', (chunk: Buffer) =>
      this.#take({ kind: 'bytes', chunk, arrivedMs: performance.now() }),
    );
    from.on('end', () => this.#take({ kind: 'end', arrivedMs: performance.now() }));
    from.on('error', () => undefined);
    from.on('close', (broken: boolean) => {
      // After a clean end the other side may still be writing what it was given.
      if (broken || !from.readableEnded)
        this.#take({ kind: 'close', arrivedMs: performance.now() });
    });
    to.on('drain', () => {
      this.#blocked = false;
      this.#carry();
    });
  }

  set(flow: Flow): void {
    this.#flow = flow;
    this.#sentMs = performance.now();
    this.#carry();
  }

  /** Ends and resets that the other side has not heard of yet. */
  get heldEnds(): number {
    return this.#queue.filter(({ kind }) => kind !== 'bytes').length;
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#queue = [];
  }

  #take(item: Item): void {
    if (item.kind === 'bytes') this.heldBytes += item.chunk.length;
    this.#queue.push(item);
    this.#carry();
    if (this.heldBytes > HELD_BYTES_MAX) this.from.pause();
  }

  #carry(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    while (this.#queue.length > 0 && !this.#blocked) {
      const waitMs = this.#dueMs(this.#queue[0] as Item) - performance.now();
      if (waitMs > EARLY_MS) return this.#later(waitMs);
      this.#hand(this.#queue.shift() as Item);
    }
    if (this.heldBytes <= HELD_BYTES_MAX && this.from.isPaused()) this.from.resume();
  }

  #later(waitMs: number): void {
    if (waitMs < LONGEST_TIMER_MS) this.#timer = setTimeout(() => this.#carry(), waitMs);
  }

  #dueMs(item: Item): number {
    switch (this.#flow.kind) {
      case 'free':
        return 0;
      case 'held':
        return Infinity;
      case 'delayed':
        return item.arrivedMs + this.#flow.ms;
      case 'throttled': {
        const bytes = item.kind === 'bytes' ? item.chunk.length : 0;
        return Math.max(this.#sentMs, item.arrivedMs) + (bytes * 1000) / this.#flow.bytesPerSecond;
      }
    }
  }

  #hand(item: Item): void {
    this.#sentMs = performance.now();
    if (item.kind === 'bytes') {
      this.heldBytes -= item.chunk.length;
      if (!this.to.destroyed) this.#blocked = !this.to.write(item.chunk);
    } else if (item.kind === 'end') this.to.end();
    else this.to.destroy();
  }
}
