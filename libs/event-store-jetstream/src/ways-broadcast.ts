import type { Broadcast, Message } from '#event-store';
import { Copies } from './copies.js';

/** One connection to one server. */
export interface Way {
  connected(): boolean;
  messaging(): Broadcast;
}

export interface WaysBroadcastOptions {
  /**
   * Subjects on which everything is said again and again: it goes one way, for as long as something is heard there, and all
   * ways when nothing is. Everything else always goes all ways.
   */
  isRepeated(subject: string): boolean;
  /** A monotonic clock, in milliseconds. */
  nowMs(): number;
}

/** Where nothing was heard for so long, what would be said again may be said to nobody. Longer than two renewals' distance. */
const HEARD_WITHIN_MS = 200;

interface Listening {
  readonly subject: string;
  hear(message: Message, way: Way): void;
  readonly stops: (() => void)[];
}

/**
 * Says and hears everything over several servers at once: while one of them can be reached, whatever the others do, nothing
 * is late. Who listens hears each message once; a copy that a server kept back and delivers seconds later comes through,
 * as a late message does.
 */
export class WaysBroadcast implements Broadcast {
  readonly #ways: Way[] = [];
  readonly #listening = new Set<Listening>();
  readonly #copies: Copies;
  #heard: { readonly way: Way; readonly atMs: number } | null = null;

  constructor(private readonly options: WaysBroadcastOptions) {
    this.#copies = new Copies(() => options.nowMs());
  }

  /** From now on it is used as well. */
  add(way: Way): void {
    this.#ways.push(way);
    for (const listening of this.#listening) listenOn(way, listening);
  }

  connected(): boolean {
    return this.#ways.some((way) => way.connected());
  }

  publish(subject: string, body: Uint8Array | string): void {
    const heard = this.options.isRepeated(subject) ? this.#heardWay() : null;
    for (const way of heard === null ? this.#ways : [heard]) way.messaging().publish(subject, body);
  }

  subscribe(subject: string, onMessage: (message: Message) => void): { stop(): void } {
    const hear = (message: Message, way: Way): void => {
      if (this.#copies.isCopy(message.subject, message.text())) return;
      this.#heard = { way, atMs: this.options.nowMs() };
      onMessage(message);
    };
    const listening: Listening = { subject, hear, stops: [] };
    this.#listening.add(listening);
    for (const way of this.#ways) listenOn(way, listening);
    return {
      stop: () => {
        this.#listening.delete(listening);
        for (const stop of listening.stops) stop();
      },
    };
  }

  /** Resolves when one of the servers has everything published so far. */
  async flush(): Promise<void> {
    const up = this.#ways.filter((way) => way.connected());
    if (up.length > 0) await Promise.any(up.map((way) => way.messaging().flush()));
  }

  #heardWay(): Way | null {
    if (this.#heard === null || !this.#heard.way.connected()) return null;
    const { way, atMs } = this.#heard;
    return this.options.nowMs() - atMs <= HEARD_WITHIN_MS ? way : null;
  }
}

const listenOn = (way: Way, { subject, hear, stops }: Listening): void => {
  const subscription = way.messaging().subscribe(subject, (message) => hear(message, way));
  stops.push(() => subscription.stop());
};
