import { headers, type Msg, type MsgHdrs } from '@nats-io/transport-node';
import { type Message, type Messaging, NobodyAnsweredError } from '#event-store';
import type { NatsLink } from './nats-link.js';
import { addTrace, traceOf } from './stored-messages.js';

/** {@link Messaging} over core NATS. What is published while the connection is down is dropped, not kept for later. */
export class NatsMessaging implements Messaging {
  constructor(private readonly link: NatsLink) {}

  publish(subject: string, body: Uint8Array | string): void {
    if (!this.link.connected()) return;
    const head = this.headers();
    this.link.nc.publish(subject, body, head ? { headers: head } : {});
  }

  subscribe(
    subject: string,
    onMessage: (message: Message) => void,
    options: { queue?: string } = {},
  ): { stop(): void } {
    const subscription = this.link.nc.subscribe(subject, {
      ...options,
      callback: (error, message) => {
        if (!error) onMessage(messageOf(message));
      },
    });
    return { stop: () => subscription.unsubscribe() };
  }

  async request(
    subject: string,
    body: Uint8Array | string,
    timeoutMs: number,
  ): Promise<Uint8Array> {
    try {
      const head = this.headers();
      const options = { timeoutMs, ...(head ? { headers: head } : {}) };
      return (await this.link.request(subject, body, options)).data;
    } catch (error) {
      throw new NobodyAnsweredError(subject, { cause: error });
    }
  }

  async flush(): Promise<void> {
    if (this.link.connected()) await this.link.nc.flush();
  }

  private headers(): MsgHdrs | undefined {
    const trace = this.link.settings.trace?.inject();
    if (!trace || Object.keys(trace).length === 0) return undefined;
    const head = headers();
    addTrace(head, trace);
    return head;
  }
}

const messageOf = (message: Msg): Message => ({
  subject: message.subject,
  body: message.data,
  trace: traceOf(message.headers),
  text: () => message.string(),
  respond: (body) => void message.respond(body),
});
