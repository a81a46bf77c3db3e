import { createServer, type AddressInfo } from 'node:net';

const tryPort = (port: number): Promise<number | null> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const found = (server.address() as AddressInfo).port;
      server.close(() => resolve(found));
    });
  });

/** A TCP port of 127.0.0.1 that is free now. */
export const freePort = async (): Promise<number> => {
  const port = await tryPort(0);
  if (port === null) throw new Error('this machine has no free port on 127.0.0.1');
  return port;
};

/** Whether a server could listen on this port of 127.0.0.1 now. */
export const isPortFree = async (port: number): Promise<boolean> => (await tryPort(port)) !== null;
