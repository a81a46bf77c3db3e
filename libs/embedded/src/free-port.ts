import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below the range from which systems take the near end of outgoing connections (32768 upwards on Linux, 49152 by IANA; RFC
 * 6335): a port that was free a moment ago is not taken meanwhile by somebody's connection to somewhere.
 */
const FIRST = 10_240;
const LAST = 32_767;
const TRIES = 100;

/** Whether a server could listen on this port of 127.0.0.1 now. */
export const isPortFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.close(() => resolve(true));
    });
  });

/** A TCP port of 127.0.0.1 that is free now, drawn at random so that two who look at once hardly find the same. */
export const freePort = async (): Promise<number> => {
  for (let tried = 0; tried < TRIES; tried += 1) {
    const port = randomInt(FIRST, LAST + 1);
    if (await isPortFree(port)) return port;
  }
  throw new Error(`this machine has no free port on 127.0.0.1 between ${FIRST} and ${LAST}`);
};
