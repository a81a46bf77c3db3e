import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { startNatsServer, startPostgres, type RunningServer } from '#embedded';
import { ownedDirectory } from './run-directory.js';

/** As many suites as can have an account in one run. */
const ACCOUNTS = 96;

const account = (index: number): string =>
  `suite${index}: { jetstream: enabled, users: [{ user: "suite${index}", password: "suite${index}" }] }`;

const accounts = (): string =>
  `accounts {\n${Array.from({ length: ACCOUNTS }, (_, index) => account(index)).join('\n')}\n}`;

/** Starts something when it is first asked for, once. */
const lazy = <T>(start: () => Promise<T>) => {
  let started: Promise<T> | null = null;
  return { get: () => (started ??= start()), ifStarted: () => started };
};

type Answer = Readonly<Record<string, string>>;

const reply = (response: ServerResponse, work: Promise<Answer>): void => {
  const send = (status: number, body: object) => {
    response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
    response.end(JSON.stringify(body));
  };
  work.then(
    (answer) => send(200, answer),
    (error: Error) => send(500, { error: error.message }),
  );
};

export interface TestServers {
  readonly url: string;
  /** Where suites may make directories; gone when the run ends. */
  readonly directory: string;
  stop(): Promise<void>;
}

/**
 * The one nats-server and the one Postgres of a test run. They live in the process that runs jest, start when a suite
 * first asks, and end with it. Suites in other processes ask over `url`.
 */
export const startTestServers = async (): Promise<TestServers> => {
  const directory = ownedDirectory();
  const nats = lazy(() =>
    startNatsServer({ dir: join(directory.path, 'nats'), config: accounts() }),
  );
  const postgres = lazy(() =>
    startPostgres({
      dir: join(directory.path, 'postgres'),
      settings: { max_connections: '200', fsync: 'off' },
    }),
  );
  let claimed = 0;

  const claimAccount = async (): Promise<Answer> => {
    if (claimed === ACCOUNTS)
      throw new Error(`all ${ACCOUNTS} accounts are taken: raise ACCOUNTS in test-servers.ts`);
    const name = `suite${claimed++}`;
    return { url: (await nats.get()).url, user: name, password: name };
  };
  const answers: Readonly<Record<string, () => Promise<Answer>>> = {
    '/nats-account': claimAccount,
    '/postgres': async () => ({ url: (await postgres.get()).url }),
  };
  const server = createServer((request: IncomingMessage, response) => {
    const answer = answers[request.url ?? ''] ?? (() => Promise.reject(new Error('no such thing')));
    reply(response, answer());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stopOne = async (started: Promise<RunningServer> | null) =>
    (await started?.catch(() => null))?.stop();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    directory: directory.path,
    stop: async () => {
      server.close();
      await Promise.all([stopOne(nats.ifStarted()), stopOne(postgres.ifStarted())]);
      directory.remove();
    },
  };
};
