import { type Message, type Messaging, NobodyAnsweredError } from './messaging.port.js';
import { subjectMatches } from './subject-filter.js';

interface Subscriber {
  readonly filter: string;
  readonly queue: string | undefined;
  onMessage(message: Message): void;
}

const bytesOf = (body: Uint8Array | string): Uint8Array =>
  typeof body === 'string' ? new TextEncoder().encode(body) : body;

/** {@link Messaging} in memory, for specs: messages arrive in a later turn, in the order they were published. */
export class InMemoryMessaging implements Messaging {
  private subscribers: Subscriber[] = [];

  publish(subject: string, body: Uint8Array | string): void {
    this.deliver(subject, bytesOf(body), () => undefined);
  }

  subscribe(
    subject: string,
    onMessage: (message: Message) => void,
    options: { queue?: string } = {},
  ): { stop(): void } {
    const subscriber = { filter: subject, queue: options.queue, onMessage };
    this.subscribers.push(subscriber);
    return {
      stop: () => {
        this.subscribers = this.subscribers.filter((other) => other !== subscriber);
      },
    };
  }

  request(subject: string, body: Uint8Array | string, timeoutMs: number): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const nobody = (): void => reject(new NobodyAnsweredError(subject));
      const timer = setTimeout(nobody, timeoutMs);
      const listening = this.deliver(subject, bytesOf(body), (answer) => {
        clearTimeout(timer);
        resolve(bytesOf(answer));
      });
      if (listening > 0) return;
      clearTimeout(timer);
      nobody();
    });
  }

  /** A turn later, so that what was published before has arrived. */
  flush(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  private deliver(
    subject: string,
    body: Uint8Array,
    respond: (body: Uint8Array | string) => void,
  ): number {
    const queues = new Set<string>();
    const chosen = this.subscribers.filter(({ filter, queue }) => {
      if (!subjectMatches(filter, subject) || (queue !== undefined && queues.has(queue)))
        return false;
      if (queue !== undefined) queues.add(queue);
      return true;
    });
    const text = (): string => new TextDecoder().decode(body);
    for (const subscriber of chosen) {
      queueMicrotask(() => {
        if (this.subscribers.includes(subscriber)) {
          subscriber.onMessage({ subject, body, trace: {}, text, respond });
        }
      });
    }
    return chosen.length;
  }
}
