/** The event does not fit the server's limit. Sending it again cannot help. */
export class EventTooLargeError extends Error {
  override readonly name = 'EventTooLargeError';
  readonly code = 'EVENT_TOO_LARGE';
  readonly retryable = false;
  constructor(
    readonly subject: string,
    readonly sizeBytes: number,
    readonly limitBytes: number,
  ) {
    super(
      `the event for ${subject} has ${sizeBytes} bytes, the server takes ${limitBytes}: ` +
        'make it smaller or raise max_payload of the nats-server',
    );
  }
}

/** The server understood and said no: a setting is wrong (stream, subject, permission). Retrying cannot help. */
export class LogRefusedError extends Error {
  override readonly name = 'LogRefusedError';
  readonly code = 'LOG_REFUSED';
  readonly retryable = false;
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
  }
}

/** Following ended, by `stop` or by a failure of its own handler, before everything was handed over. */
export class FollowingEndedError extends Error {
  override readonly name = 'FollowingEndedError';
  readonly code = 'FOLLOWING_ENDED';
  readonly retryable = false;
  constructor(options?: { cause?: unknown }) {
    super('following ended before it caught up', options);
  }
}
