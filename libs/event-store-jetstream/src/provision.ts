import type { StreamConfig } from '@nats-io/jetstream';
import { LogRefusedError } from '#event-store';
import type { Nats } from './connect.js';
import { asPortError, ServerRefusal } from './nats-errors.js';
import type { NatsLink } from './nats-link.js';
import {
  IDEMPOTENCY_BUCKET,
  streamConfigs,
  type StreamChoices,
  type WantedStream,
} from './stream-configs.js';

export { IDEMPOTENCY_BUCKET, type StreamChoices };

/** Atomic batches and message TTL, which the mesh is built on, came with these. */
const SERVER_MIN = [2, 12] as const;
const WITHIN_MS = 10_000;

/**
 * Creates the streams and the bucket of the mesh, or brings those that are there up to date; nothing stored is touched.
 *
 * @throws LogRefusedError when the server is older than 2.12, has no JetStream, or silently dropped a setting.
 * @throws LogUnavailableError when the server cannot be reached or has no leader yet.
 */
export const provisionStreams = async (nats: Nats, choices: StreamChoices): Promise<void> => {
  checkVersion(nats.serverVersion());
  for (const wanted of streamConfigs(choices)) await provisionStream(nats.link, wanted);
};

/** The names of the streams that are not there (yet). Services that start before the provisioning wait for it. */
export const missingStreams = async (nats: Nats): Promise<string[]> => {
  const missing: string[] = [];
  for (const { name } of streamConfigs({ replicas: 1 })) {
    if (!(await found(nats.link, name))) missing.push(name);
  }
  return missing;
};

const checkVersion = (version: string): void => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > SERVER_MIN[0] || (major === SERVER_MIN[0] && minor >= SERVER_MIN[1])) return;
  throw new LogRefusedError(
    `this nats-server is version ${version}; Estop needs ${SERVER_MIN.join('.')} or newer ` +
      '(atomic batches, message TTL): upgrade it',
  );
};

interface StreamAnswer {
  readonly config: Partial<StreamConfig>;
}

const provisionStream = async (link: NatsLink, wanted: WantedStream): Promise<void> => {
  const verb = (await found(link, wanted.name)) ? 'UPDATE' : 'CREATE';
  let got: StreamAnswer;
  try {
    got = await link.api(`STREAM.${verb}.${wanted.name}`, wanted, { timeoutMs: WITHIN_MS });
  } catch (error) {
    throw asPortError(error, `set up the stream ${wanted.name}`, wanted.name);
  }
  const dropped = Object.entries(wanted).filter(
    ([key, value]) => !sameSetting(got.config[key as keyof StreamConfig], value),
  );
  if (dropped.length === 0) return;
  const names = dropped.map(([key]) => key).join(', ');
  throw new LogRefusedError(
    `the nats-server did not take over ${names} of the stream ${wanted.name}: is it older than ${SERVER_MIN.join('.')}?`,
  );
};

const found = async (link: NatsLink, name: string): Promise<boolean> => {
  try {
    await link.api(`STREAM.INFO.${name}`, {});
    return true;
  } catch (error) {
    if (error instanceof ServerRefusal && error.notFound) return false;
    throw asPortError(error, `look up the stream ${name}`, name);
  }
};

/** The server leaves out what is zero, false or empty. */
const sameSetting = (got: unknown, wanted: unknown): boolean =>
  JSON.stringify(got ?? null) === JSON.stringify(wanted) ||
  (got === undefined && (wanted === false || wanted === 0));
