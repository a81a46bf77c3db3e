import type { IncomingMessage } from 'node:http';

const BYTES_MAX = 16 * 1024 * 1024;
const MS_MAX = 2000;

/**
 * Reads and drops what a client is still sending, then calls `done`. Closing a connection with bytes unread resets it, and
 * the client would lose the very answer that tells it what was wrong. At most 16 MiB, and for at most 2 s.
 */
export const dropRestOfBody = (request: IncomingMessage, done: () => void): void => {
  if (request.complete || request.destroyed) {
    done();
    return;
  }
  let dropped = 0;
  const over = (): void => {
    clearTimeout(timer);
    request.off('data', count).off('end', over).off('close', over);
    done();
  };
  const count = (chunk: Buffer): void => {
    dropped += chunk.length;
    if (dropped > BYTES_MAX) over();
  };
  const timer = setTimeout(over, MS_MAX);
  request.on('data', count).once('end', over).once('close', over);
  request.resume();
};
