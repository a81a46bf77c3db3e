import { BreachRequest, live, type BreachAnswer } from '#contracts';
import type { Message, Messaging } from '#event-store';
import type { Logger } from '#platform';

export interface BreachRequestParts {
  readonly messaging: Messaging;
  readonly logger: Logger;
  handle(request: BreachRequest): Promise<BreachAnswer>;
}

const QUEUE = 'command-api';
const AT_ONCE_MAX = 1000;
const MESSAGE_MAX = 300;

/** Hears the breaches of policies. Whoever is not answered, or `unavailable`, asks again. */
export class BreachRequests {
  private running = 0;
  private subscription: { stop(): void } | null = null;

  constructor(private readonly parts: BreachRequestParts) {}

  listen(): void {
    const onMessage = (message: Message): void => void this.answer(message);
    this.subscription = this.parts.messaging.subscribe(live.breach, onMessage, { queue: QUEUE });
  }

  stop(): void {
    this.subscription?.stop();
    this.subscription = null;
  }

  private async answer(message: Message): Promise<void> {
    this.running += 1;
    const answer = await this.handle(message.text());
    this.running -= 1;
    if (!answer.ok) this.parts.logger.warn(answer, 'a breach of a policy was not carried out');
    message.respond(JSON.stringify(answer));
  }

  private async handle(text: string): Promise<BreachAnswer> {
    const request = read(text);
    if (!request.success) {
      const message = request.error.message.slice(0, MESSAGE_MAX);
      return { ok: false, code: 'invalid_request', message };
    }
    if (this.running > AT_ONCE_MAX) return unavailable('this command API is busy');
    try {
      return await this.parts.handle(request.data);
    } catch (error) {
      this.parts.logger.error({ err: error }, 'a breach of a policy failed');
      return unavailable('something broke here');
    }
  }
}

const unavailable = (message: string): BreachAnswer => ({
  ok: false,
  code: 'unavailable',
  message,
});

const read = (text: string) => {
  try {
    return BreachRequest.safeParse(JSON.parse(text));
  } catch {
    return BreachRequest.safeParse(undefined);
  }
};
