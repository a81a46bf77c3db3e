import type { RawNats } from './raw-nats.js';

interface Failure {
  readonly error?: { readonly code: number; readonly description: string };
}

/** A message as a stream holds it. */
export interface StoredMessage {
  readonly subject: string;
  readonly sequence: number;
  /** As the stream's leader stamped it, in milliseconds since the epoch. */
  readonly storedAtMs: number;
  readonly data: Buffer;
}

/** @throws Error with the server's words. */
export const jsApi = async <Answer>(
  nats: RawNats,
  what: string,
  body?: object,
): Promise<Answer> => {
  const payload = body === undefined ? '' : JSON.stringify(body);
  const { data } = await nats.request(`$JS.API.${what}`, payload);
  const answer = JSON.parse(data.toString()) as Answer & Failure;
  if (answer.error !== undefined) throw new Error(`${what}: ${answer.error.description}`);
  return answer;
};

interface StreamInfo {
  readonly config: object;
  readonly state: { readonly last_seq: number; readonly messages: number };
  readonly cluster?: { readonly leader?: string };
}

export const streamInfo = (nats: RawNats, stream: string): Promise<StreamInfo> =>
  jsApi<StreamInfo>(nats, `STREAM.INFO.${stream}`);

/** The server that leads a stream, or `null` while it has none. */
export const leaderOf = async (nats: RawNats, stream: string): Promise<string | null> => {
  const info = await streamInfo(nats, stream).catch(() => null);
  return info?.cluster?.leader ?? null;
};

export const consumersOf = async (nats: RawNats, stream: string): Promise<string[]> =>
  (await jsApi<{ consumers: string[] | null }>(nats, `CONSUMER.NAMES.${stream}`)).consumers ?? [];

export const deleteConsumer = (nats: RawNats, stream: string, name: string): Promise<object> =>
  jsApi(nats, `CONSUMER.DELETE.${stream}.${name}`);

const QUIET_MS = 1500;
/** `$JS.ACK.stream.consumer.delivered.sequence.consumer-sequence.nanoseconds.pending`, counted from the end. */
const ackParts = (reply: string) => {
  const [sequence, , nanoseconds, pending] = reply.split('.').slice(-4);
  return {
    sequence: Number(sequence),
    storedAtMs: Number(nanoseconds) / 1e6,
    pending: Number(pending),
  };
};

/**
 * Everything that a stream holds on some subjects, in its order.
 *
 * @throws Error when the server stops in the middle.
 */
export const readStream = async (
  nats: RawNats,
  stream: string,
  filters: readonly string[],
): Promise<StoredMessage[]> => {
  const inbox = `_INBOX.read.${process.hrtime.bigint()}`;
  const messages: StoredMessage[] = [];
  let lastMs = performance.now();
  let pending = 0;
  const end = nats.subscribe(inbox, ({ subject, reply, data }) => {
    const { sequence, storedAtMs, pending: left } = ackParts(reply ?? '');
    messages.push({ subject, sequence, storedAtMs, data });
    [pending, lastMs] = [left, performance.now()];
  });
  const { num_pending: all, name } = await jsApi<{ num_pending: number; name: string }>(
    nats,
    `CONSUMER.CREATE.${stream}`,
    {
      stream_name: stream,
      config: {
        deliver_subject: inbox,
        deliver_policy: 'all',
        ack_policy: 'none',
        max_deliver: 1,
        filter_subjects: filters,
        inactive_threshold: 5_000_000_000,
        num_replicas: 1,
        mem_storage: true,
      },
    },
  );
  while (messages.length < all || pending > 0) {
    if (performance.now() - lastMs > QUIET_MS)
      throw new Error(`${stream} gave ${messages.length} of ${all} messages and stopped`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  end();
  await deleteConsumer(nats, stream, name);
  return messages;
};
