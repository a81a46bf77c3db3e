/**
 * Messages without a log to everybody who listens: no order across subjects, gone when nobody does. For what is said at once
 * and made good elsewhere (orders, receipts, signs of life).
 */
export interface Broadcast {
  publish(subject: string, body: Uint8Array | string): void;
  /** Handlers must not throw. */
  subscribe(subject: string, onMessage: (message: Message) => void): { stop(): void };
  /** Resolves when a server has everything published so far. */
  flush(): Promise<void>;
}

/** The same, each message at most once, and questions with one answer. */
export interface Messaging extends Broadcast {
  /** Handlers must not throw. With `queue`, one member of the group gets each message. */
  subscribe(
    subject: string,
    onMessage: (message: Message) => void,
    options?: { queue?: string },
  ): { stop(): void };
  /** Rejects with {@link NobodyAnsweredError} when no one listens or the time is over. */
  request(subject: string, body: Uint8Array | string, timeoutMs: number): Promise<Uint8Array>;
}

export interface Message {
  readonly subject: string;
  readonly body: Uint8Array;
  /** W3C trace headers that came with it. */
  readonly trace: Readonly<Record<string, string>>;
  text(): string;
  /** Does nothing where no answer was asked for. */
  respond(body: Uint8Array | string): void;
}

export class NobodyAnsweredError extends Error {
  override readonly name = 'NobodyAnsweredError';
  readonly code = 'NOBODY_ANSWERED';
  readonly retryable = true;
  constructor(
    readonly subject: string,
    options?: { cause?: unknown },
  ) {
    super(`nobody answered on ${subject}`, options);
  }
}
