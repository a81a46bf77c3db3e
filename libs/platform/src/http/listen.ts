import type { AddressInfo } from 'node:net';
import type { HttpServer } from './server.js';

export interface ListenOptions {
  /** @default '127.0.0.1' */
  readonly host?: string;
  /** `0` picks a free one. */
  readonly port: number;
}

/** Opens the port. @throws an error that names the port where it is taken or not allowed. Answers the server's URL. */
export const listen = async (server: HttpServer, options: ListenOptions): Promise<string> => {
  const { host = '127.0.0.1', port } = options;
  try {
    await server.listen({ host, port });
  } catch (error) {
    throw new Error(`cannot listen on ${host}:${port}: ${reasonOf(error)}`, { cause: error });
  }
  const address = server.server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${name}:${address.port}`;
};

const reasonOf = (error: unknown): string => {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return 'another process listens there; choose another port';
  if (code === 'EACCES') return 'not allowed; choose a port above 1023';
  return message;
};
