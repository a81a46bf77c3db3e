import type { FastifyReply } from 'fastify';

/** An open event stream. Writing to a closed one does nothing and answers `false`. */
export interface Sse {
  /** One frame: `data` as one line of JSON. `id` is what `Last-Event-ID` will name. */
  event(name: string, data: unknown, id?: string | number): boolean;
  comment(text: string): boolean;
  /** Ends the answer; what was written is still sent. */
  close(): void;
  /** Breaks the connection: what is still on its way may be lost. */
  destroy(): void;
  /** Aborted when the stream is over, by whichever side. */
  readonly closed: AbortSignal;
  /** Resolves when the client has read enough for more to be written, or the stream is closed. */
  drained(): Promise<void>;
}

export interface SseOptions {
  /** A client that reads so slowly that more waits for it is disconnected. @default 1 MiB */
  readonly bufferBytesMax?: number;
}

const BUFFER_BYTES_MAX = 1_048_576;

/** Takes the reply over and sends the head of an event stream at once. */
export const openSse = (reply: FastifyReply, options: SseOptions = {}): Sse => {
  const limit = options.bufferBytesMax ?? BUFFER_BYTES_MAX;
  const { raw } = reply;
  const ended = new AbortController();
  raw.once('close', () => ended.abort());
  raw.on('error', () => ended.abort());
  reply.hijack();
  raw.writeHead(200, { ...reply.getHeaders(), ...STREAM_HEADERS } as Record<string, string>);
  raw.flushHeaders();

  const write = (text: string): boolean => {
    if (ended.signal.aborted || raw.writableEnded) return false;
    raw.write(text);
    if (raw.writableLength <= limit) return true;
    raw.destroy();
    ended.abort();
    return false;
  };

  return {
    event: (name, data, id) => write(sseFrame(name, data, id)),
    comment: (text) => write(`: ${oneLine(text)}\n\n`),
    close: () => {
      if (!raw.writableEnded) raw.end();
      ended.abort();
    },
    destroy: () => {
      raw.destroy();
      ended.abort();
    },
    closed: ended.signal,
    drained: () => drained(raw, ended.signal),
  };
};

const STREAM_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
};

const oneLine = (text: string): string => text.replace(/[\r\n]+/g, ' ');

/** `id`, `event` and `data` lines and a blank one. JSON holds no line break, so `data` is always one line. */
export const sseFrame = (name: string, data: unknown, id?: string | number): string => {
  const head = id === undefined ? '' : `id: ${oneLine(String(id))}\n`;
  return `${head}event: ${oneLine(name)}\ndata: ${JSON.stringify(data)}\n\n`;
};

const drained = (raw: FastifyReply['raw'], closed: AbortSignal): Promise<void> => {
  if (closed.aborted || !raw.writableNeedDrain) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      raw.off('drain', done);
      closed.removeEventListener('abort', done);
      resolve();
    };
    raw.once('drain', done);
    closed.addEventListener('abort', done, { once: true });
  });
};
