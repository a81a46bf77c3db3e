import type { EventStore, Stored } from './event-store.port.js';
import type { WorkItem, WorkQueue, WorkQueueOptions, WorkQueues } from './work-queue.port.js';

const VISIBILITY_MS = 90_000;

/** A clock that a spec drives, and that wakes who waits for a time. */
export interface DrivenClock {
  nowMs(): number;
  /** Calls back once the clock reaches `atMs`; the answer takes it back. */
  at(atMs: number, wake: () => void): () => void;
}

interface InHand<E> {
  readonly stored: Stored<E>;
  deliveryCount: number;
  deliverySeq: number;
  visibleAtMs: number;
}

/** The queue's state: what any number of takers share. */
class SharedQueue<E> {
  private readonly inHand = new Map<number, InHand<E>>();
  private deliveries = 0;
  private taken = 0;
  private readonly wakers = new Set<() => void>();

  constructor(
    private readonly store: EventStore<E>,
    private readonly clock: DrivenClock,
    private readonly options: WorkQueueOptions,
  ) {
    store.follow({ filters: [options.filter], onEvents: () => this.wake() });
  }

  async takeNow(max: number): Promise<WorkItem<E>[]> {
    const fresh = await this.store.read(this.options.filter, this.taken + 1);
    const nowMs = this.clock.nowMs();
    const due = [...this.inHand.values()].filter((item) => item.visibleAtMs <= nowMs).slice(0, max);
    for (const stored of fresh.filter(({ sequence }) => sequence > this.taken)) {
      if (due.length === max) break;
      const item = { stored, deliveryCount: 0, deliverySeq: 0, visibleAtMs: 0 };
      this.taken = stored.sequence;
      this.inHand.set(stored.sequence, item);
      due.push(item);
    }
    return due.map((item) => this.handOut(item, nowMs));
  }

  settle(sequence: number, how: 'done' | 'inHand' | { againAfterMs: number }): void {
    const item = this.inHand.get(sequence);
    if (!item) return;
    if (how === 'done') this.inHand.delete(sequence);
    else {
      const afterMs = how === 'inHand' ? this.visibilityMs : how.againAfterMs;
      this.showAt(item, this.clock.nowMs() + afterMs);
    }
  }

  async backlog(): Promise<{ waiting: number; inHand: number }> {
    const waiting = await this.store.read(this.options.filter, this.taken + 1);
    return { waiting: waiting.length, inHand: this.inHand.size };
  }

  onWake(waker: () => void): () => void {
    this.wakers.add(waker);
    return () => this.wakers.delete(waker);
  }

  private get visibilityMs(): number {
    return this.options.visibilityMs ?? VISIBILITY_MS;
  }

  private handOut(item: InHand<E>, nowMs: number): WorkItem<E> {
    item.deliveryCount += 1;
    item.deliverySeq = this.deliveries += 1;
    this.showAt(item, nowMs + this.visibilityMs);
    const { stored, deliverySeq, deliveryCount } = item;
    return { stored, deliverySeq, deliveryCount, token: `${this.options.name}/${stored.sequence}` };
  }

  private showAt(item: InHand<E>, atMs: number): void {
    item.visibleAtMs = atMs;
    if (atMs <= this.clock.nowMs()) this.wake();
    else this.clock.at(atMs, () => this.wake());
  }

  private wake(): void {
    for (const waker of [...this.wakers]) waker();
  }
}

/** {@link WorkQueues} in memory, for specs. Several instances over one `shared` map act as several processes. */
export class InMemoryWorkQueues<E> implements WorkQueues<E> {
  constructor(
    private readonly store: EventStore<E>,
    private readonly clock: DrivenClock,
    private readonly shared: Map<string, unknown> = new Map(),
  ) {}

  async open(options: WorkQueueOptions): Promise<WorkQueue<E>> {
    const there = this.shared.get(options.name) as SharedQueue<E> | undefined;
    const queue = there ?? new SharedQueue(this.store, this.clock, options);
    this.shared.set(options.name, queue);
    return {
      take: (max, waitMs, signal) => this.take(queue, max, waitMs, signal),
      backlog: () => queue.backlog(),
    };
  }

  async settle(token: string, how: 'done' | 'inHand' | { againAfterMs: number }): Promise<void> {
    const [name = '', sequence] = token.split('/');
    (this.shared.get(name) as SharedQueue<E> | undefined)?.settle(Number(sequence), how);
  }

  // Four different things, each with its own type: an object would only hide the port's own order.
  private async take(
    queue: SharedQueue<E>,
    max: number,
    waitMs: number,
    signal?: AbortSignal,
  ): Promise<WorkItem<E>[]> {
    const endMs = this.clock.nowMs() + waitMs;
    for (;;) {
      if (signal?.aborted) return [];
      const woken = this.woken(queue, endMs, signal);
      const items = await queue.takeNow(max);
      if (items.length > 0 || this.clock.nowMs() >= endMs) {
        woken.cancel();
        return items;
      }
      await woken.promise;
    }
  }

  private woken(queue: SharedQueue<E>, endMs: number, signal?: AbortSignal) {
    let cancel = (): void => undefined;
    const promise = new Promise<void>((resolve) => {
      const leave = queue.onWake(resolve);
      const forget = this.clock.at(endMs, resolve);
      signal?.addEventListener('abort', () => resolve(), { once: true });
      cancel = () => {
        leave();
        forget();
      };
    });
    return { promise: promise.finally(() => cancel()), cancel: () => cancel() };
  }
}
