import { EstopError, noAnswer } from '../http/errors.js';
import { defaultRetryLimits, isWorthRepeating, nextDelayMs } from '../http/retry.js';
import type { Request, Transport } from '../http/transport.js';
import { FrameParser, type Frame } from './frame-parser.js';

export interface StreamOptions {
  /** Ends the iteration quietly. */
  readonly signal?: AbortSignal;
}

/** How a stream goes on after it broke: what to ask for next. */
export interface Resumption {
  request(): Request;
  lastEventId(): string | null;
}

/** Failures in a row, without a frame between, after which a stream counts as broken. */
const FAILURES_MAX = 60;

/**
 * Reads an event stream, and opens it anew from where it was when it ends or breaks, at the next base address. Waits
 * longer after each failure in a row, 5 s at most. A refusal (401, 403, 404, 422 …) ends it with that error.
 *
 * @throws EstopError when the stream was refused, or could not be opened 60 times in a row.
 */
export async function* resumed(
  transport: Transport,
  from: Resumption,
  { signal = new AbortController().signal }: StreamOptions,
): AsyncGenerator<Frame, void, void> {
  let failures = 0;
  while (!signal.aborted) {
    try {
      for await (const frame of opened(transport, from, signal)) {
        failures = 0;
        yield frame;
      }
    } catch (error) {
      if (signal.aborted) return;
      refuseIfFinal(error, failures);
      transport.failOver();
    }
    failures += 1;
    await paused(transport, failures, signal);
  }
}

const refuseIfFinal = (error: unknown, failures: number): void => {
  const final = !(error instanceof EstopError) || !isWorthRepeating(error);
  if (final || failures >= FAILURES_MAX) throw error;
};

async function* opened(
  transport: Transport,
  from: Resumption,
  signal: AbortSignal,
): AsyncGenerator<Frame, void, void> {
  const response = await transport.open(from.request(), signal, from.lastEventId());
  if (response.body === null) return;
  const parser = new FrameParser();
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { done, value } = await read(reader, response.url);
      if (done) return;
      yield* parser.push(decoder.decode(value, { stream: true }));
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

const read = async (reader: ReadableStreamDefaultReader<Uint8Array>, url: string) => {
  try {
    return await reader.read();
  } catch (cause) {
    throw noAnswer(url === '' ? 'the stream' : new URL(url).origin, cause);
  }
};

const paused = async (
  transport: Transport,
  failures: number,
  signal: AbortSignal,
): Promise<void> => {
  const { random, sleep } = transport.surroundings;
  const made = Math.min(failures, 10);
  const error = noAnswer('http://stream', null);
  const limits = { ...defaultRetryLimits, maxAttempts: Infinity };
  const delayMs = nextDelayMs({ made, error, untried: 0 }, limits, random()) ?? 0;
  await sleep(delayMs, signal).catch(() => undefined);
};
