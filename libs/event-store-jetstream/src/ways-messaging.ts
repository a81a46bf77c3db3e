import { type Message, type Messaging, NobodyAnsweredError } from '#event-store';
import { Copies } from './copies.js';
import { firstAnswer } from './first-answer.js';

/** One connection to one server. */
export interface Way {
  connected(): boolean;
  messaging(): Messaging;
}

export interface WaysMessagingOptions {
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
/**
 * A question that has no answer after so long may have gone into a server that stands still: its own, or that of the member of the
 * group that was drawn for it, for servers of a cluster draw among the members at all of them. It is asked again at this pace until
 * a good one is drawn, and then more slowly: some answers take their time.
 */
const ASK_AGAIN_AFTER_MS = [...Array.from({ length: 12 }, () => 150), 600, 1_200, 1_200];

interface Listening {
  readonly subject: string;
  readonly options: { readonly queue?: string };
  hear(message: Message, way: Way): void;
  readonly stops: (() => void)[];
}

/**
 * Says and hears everything over several servers at once: while one of them can be reached, whatever the others do, nothing
 * is late. Who listens hears each message once; a copy that a server kept back and delivers seconds later comes through,
 * as a late message does. A question goes one way at a time.
 */
export class WaysMessaging implements Messaging {
  readonly #ways: Way[] = [];
  readonly #listening = new Set<Listening>();
  readonly #copies: Copies;
  #heard: { readonly way: Way; readonly atMs: number } | null = null;

  constructor(private readonly options: WaysMessagingOptions) {
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

  /** Of a group only one hears each question, so none is a copy; but who asks may ask again, in the same words. */
  subscribe(
    subject: string,
    onMessage: (message: Message) => void,
    options: { readonly queue?: string } = {},
  ): { stop(): void } {
    const hear = (message: Message, way: Way): void => {
      if (options.queue === undefined && !this.#isNew(message, way)) return;
      onMessage(message);
    };
    const listening: Listening = { subject, options, hear, stops: [] };
    this.#listening.add(listening);
    for (const way of this.#ways) listenOn(way, listening);
    return {
      stop: () => {
        this.#listening.delete(listening);
        for (const stop of listening.stops) stop();
      },
    };
  }

  /**
   * Asks over one way, the one on which something was just heard if there is one, and again over the next ways as long as no
   * answer comes; the first answer counts. So the same question may be answered several times: only what has one effect
   * however often it is asked may be asked here.
   */
  async request(
    subject: string,
    body: Uint8Array | string,
    timeoutMs: number,
  ): Promise<Uint8Array> {
    const endMs = this.options.nowMs() + timeoutMs;
    const ways = this.#waysToAsk();
    const ask = async (asked: number): Promise<Uint8Array> => {
      const way = ways[asked % ways.length];
      if (way === undefined) throw new NobodyAnsweredError(subject);
      const leftMs = Math.max(1, endMs - this.options.nowMs());
      return way.messaging().request(subject, body, leftMs);
    };
    return firstAnswer(ask, ASK_AGAIN_AFTER_MS);
  }

  /** Resolves when one of the servers has everything published so far. */
  async flush(): Promise<void> {
    const up = this.#ways.filter((way) => way.connected());
    if (up.length > 0) await Promise.any(up.map((way) => way.messaging().flush()));
  }

  #isNew(message: Message, way: Way): boolean {
    if (this.#copies.isCopy(message.subject, message.text())) return false;
    this.#heard = { way, atMs: this.options.nowMs() };
    return true;
  }

  /** The best first; those that are known to be broken only where there is no other. */
  #waysToAsk(): readonly Way[] {
    const heard = this.#heardWay();
    const up = this.#ways.filter((way) => way.connected() && way !== heard);
    if (heard !== null) return [heard, ...up];
    return up.length > 0 ? up : this.#ways;
  }

  #heardWay(): Way | null {
    if (this.#heard === null || !this.#heard.way.connected()) return null;
    const { way, atMs } = this.#heard;
    return this.options.nowMs() - atMs <= HEARD_WITHIN_MS ? way : null;
  }
}

const listenOn = (way: Way, { subject, options, hear, stops }: Listening): void => {
  const subscription = way.messaging().subscribe(subject, (message) => hear(message, way), options);
  stops.push(() => subscription.stop());
};
