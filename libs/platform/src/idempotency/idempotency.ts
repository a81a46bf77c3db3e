import { z } from 'zod';
import type { KeyValue } from '#event-store';
import type { Clock } from '../clock/clock.js';
import { sha256Hex } from '../identity/hashed-ids.js';
import { openSealed, sealText } from './sealed-text.js';

/** One answer as it went to the caller. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  /** Headers that belong to the answer, such as `location`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface IdempotentRequest {
  /** Who asked, what route, which key: the place of the record. */
  readonly scope: readonly string[];
  /** Everything else that must be equal for the request to be the same one. */
  readonly fingerprint: string;
  /** The body of the answer is kept enciphered with it: an answer may hold a token that is to be kept nowhere. */
  readonly sealWith?: string | null;
  /** A first run that has not ended after so long is not waited for any more. Milliseconds. @default 30000 */
  readonly takeOverAfterMs?: number;
}

export type Outcome =
  /** The first request with this key: its answer, as `run` gave it. */
  | { readonly kind: 'fresh'; readonly answer: Answer }
  | { readonly kind: 'replayed'; readonly answer: Answer }
  /** The key was used for another request. */
  | { readonly kind: 'conflict' }
  /** The first request has not been answered yet. */
  | { readonly kind: 'in_progress'; readonly retryAfterSeconds: number };

export interface Idempotency {
  /** Runs it, or answers what the first run answered. If `run` throws, the key is free again and the error goes on. */
  once(
    request: IdempotentRequest,
    run: () => Promise<Answer>,
    remember: (answer: Answer) => boolean,
  ): Promise<Outcome>;
}

const TAKE_OVER_AFTER_MS = 30_000;
const RECORD_BYTES_MAX = 1_000_000;

/** What the bucket holds of one key. A `free` record may be claimed by anybody, as if it were not there. */
const KeyRecord = z.discriminatedUnion('state', [
  z.object({ state: z.literal('free') }),
  z.object({ state: z.literal('running'), fingerprint: z.string(), sinceMs: z.number() }),
  z.object({
    state: z.literal('answered'),
    fingerprint: z.string(),
    answer: z.object({
      status: z.number(),
      contentType: z.string(),
      headers: z.record(z.string(), z.string()),
      body: z.string(),
      sealed: z.boolean().default(false),
    }),
  }),
]);
type KeyRecord = z.infer<typeof KeyRecord>;

/**
 * Remembers answers in a shared bucket, so that a repeat through any gateway finds them. A run that never ended (its
 * process died) is taken over after a while. Answers above 1 MB are not kept. The bucket's time to live is the memory's.
 */
export const createIdempotency = (kv: KeyValue, clock: Clock): Idempotency => ({
  once: async (request, run, remember) => {
    const key = sha256Hex(JSON.stringify(request.scope));
    const fingerprint = sha256Hex(request.fingerprint);
    const { takeOverAfterMs = TAKE_OVER_AFTER_MS } = request;
    const asking = { fingerprint, nowMs: clock.nowMs(), takeOverAfterMs };
    const claim = await claimKey(kv, key, asking);
    if (claim.kind === 'replayed') return replay(claim.answer, request.sealWith ?? null);
    if (claim.kind !== 'claimed') return claim;
    const write = (record: KeyRecord): Promise<unknown> =>
      kv.update(key, JSON.stringify(record), claim.revision);
    const free = (): Promise<unknown> => write({ state: 'free' }).catch(() => undefined);
    const answer = await runOrFree(run, free);
    if (!remember(answer) || answer.body.length > RECORD_BYTES_MAX) await free();
    else {
      const kept = sealAnswer(answer, request.sealWith ?? null);
      await write({ state: 'answered', fingerprint, answer: kept }).catch(() => undefined);
    }
    return { kind: 'fresh', answer };
  },
});

const runOrFree = async (
  run: () => Promise<Answer>,
  free: () => Promise<unknown>,
): Promise<Answer> => {
  try {
    return await run();
  } catch (error) {
    await free();
    throw error;
  }
};

type KeptAnswer = Extract<KeyRecord, { state: 'answered' }>['answer'];

const sealAnswer = (answer: Answer, secret: string | null): KeptAnswer =>
  secret === null
    ? { ...answer, sealed: false }
    : { ...answer, body: sealText(answer.body, secret), sealed: true };

/** An answer that the caller's secret does not open was not given to this caller. */
const replay = ({ sealed, ...answer }: KeptAnswer, secret: string | null): Outcome => {
  if (!sealed) return { kind: 'replayed', answer };
  const body = secret === null ? null : openSealed(answer.body, secret);
  return body === null ? { kind: 'conflict' } : { kind: 'replayed', answer: { ...answer, body } };
};

type Claim =
  | { readonly kind: 'claimed'; readonly revision: number }
  | { readonly kind: 'replayed'; readonly answer: KeptAnswer }
  | Extract<Outcome, { kind: 'conflict' | 'in_progress' }>;

interface Asking {
  readonly fingerprint: string;
  readonly nowMs: number;
  readonly takeOverAfterMs: number;
}

const BUSY: Claim = { kind: 'in_progress', retryAfterSeconds: 1 };

const claimKey = async (kv: KeyValue, key: string, asking: Asking): Promise<Claim> => {
  const { fingerprint, nowMs } = asking;
  const running = JSON.stringify({ state: 'running', fingerprint, sinceMs: nowMs });
  const created = await kv.create(key, running);
  if (created) return { kind: 'claimed', revision: created.revision };
  const found = await kv.get(key);
  // It expired between the two calls: the next try finds the place free.
  if (found === null) return BUSY;
  const record = KeyRecord.parse(JSON.parse(found.value));
  const settled = settle(record, asking);
  if (settled) return settled;
  const taken = await kv.update(key, running, found.revision);
  return taken ? { kind: 'claimed', revision: taken.revision } : BUSY;
};

/** What a record says about a request; `null` when it may be claimed. */
const settle = (record: KeyRecord, asking: Asking): Claim | null => {
  if (record.state === 'free') return null;
  if (record.fingerprint !== asking.fingerprint) return { kind: 'conflict' };
  if (record.state === 'answered') return { kind: 'replayed', answer: record.answer };
  return asking.nowMs - record.sinceMs < asking.takeOverAfterMs ? BUSY : null;
};
