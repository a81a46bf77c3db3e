import { z } from 'zod';
import { LogUnavailableError, type KeyValue } from '#event-store';
import type { Clock } from '../clock/clock.js';
import { sha256Hex } from '../identity/hashed-ids.js';
import { HeardKeys } from './heard-keys.js';
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
}

export type Outcome =
  /** The first request with this key: its answer, as `run` gave it. */
  | { readonly kind: 'fresh'; readonly answer: Answer }
  | { readonly kind: 'replayed'; readonly answer: Answer }
  /** The key was used for another request; `ran`: that was known only when this one had run, too. */
  | { readonly kind: 'conflict'; readonly ran: Answer | null }
  /** The first request has not been answered yet. */
  | { readonly kind: 'in_progress'; readonly retryAfterSeconds: number };

export interface Idempotency {
  /** Runs it, or answers what the first run answered. If `run` throws, the key is free again and the error goes on. */
  once(
    request: IdempotentRequest,
    run: () => Promise<Answer>,
    remember: (answer: Answer) => boolean,
  ): Promise<Outcome>;
  /**
   * The same for what is named by its key and so has one effect however often it runs, such as a stop, and must not wait: a
   * key that was not heard here before runs at once, while its record is looked for. A known answer is given again, and the
   * answer of this run is dropped. Of two that run at the same moment each may have its own answer. A record that is not
   * found in time holds nothing up.
   */
  onceByItself(
    request: IdempotentRequest,
    run: () => Promise<Answer>,
    remember: (answer: Answer) => boolean,
  ): Promise<Outcome>;
}

const TAKE_OVER_AFTER_MS = 30_000;
const RECORD_BYTES_MAX = 1_000_000;
/** What must not wait waits for its memory so long: many times what it takes, and little of what a stop may take. */
const MEMORY_MS_MAX = 50;

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
 * process died) is taken over after 30 s. Answers above 1 MB are not kept. The bucket's time to live is the memory's.
 */
export const createIdempotency = (kv: KeyValue, clock: Clock): Idempotency => {
  const heard = new HeardKeys();
  return { ...onceIn(kv, clock), ...byItselfIn(kv, heard) };
};

const onceIn = (kv: KeyValue, clock: Clock): Pick<Idempotency, 'once'> => ({
  once: async (request, run, remember) => {
    const { key, fingerprint, secret } = placeOf(request);
    const claim = await claimKey(kv, key, { fingerprint, nowMs: clock.nowMs() });
    if (claim.kind === 'replayed') return replay(claim.answer, secret);
    if (claim.kind !== 'claimed') return claim;
    const write = (record: KeyRecord): Promise<unknown> =>
      kv.update(key, JSON.stringify(record), claim.revision);
    const free = (): Promise<unknown> => write({ state: 'free' }).catch(() => undefined);
    const answer = await runOrFree(run, free);
    if (!isKept(answer, remember)) await free();
    else await write(answered(fingerprint, answer, secret)).catch(() => undefined);
    return { kind: 'fresh', answer };
  },
});

const byItselfIn = (kv: KeyValue, heard: HeardKeys): Pick<Idempotency, 'onceByItself'> => ({
  onceByItself: async (request, run, remember) => {
    const { key, fingerprint, secret } = placeOf(request);
    const before = heard.hear(key, fingerprint);
    if (before === 'other') return { kind: 'conflict', ran: null };
    const running = startedAtOnce(before, run);
    await nextTurn();
    const { revision, settled } = await lookedUp(kv, key, fingerprint);
    if (settled?.kind === 'replayed') return replay(settled.answer, secret);
    if (settled?.kind === 'conflict') return { ...settled, ran: await running };
    const answer = await (running ?? run());
    if (isKept(answer, remember)) {
      await writeDown(kv, { key, revision }, answered(fingerprint, answer, secret));
    }
    return { kind: 'fresh', answer };
  },
});

/** What was started goes out before anything else is asked for. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What the shared records say; nothing where they do not answer in time. */
const lookedUp = async (kv: KeyValue, key: string, fingerprint: string) => {
  const found = await recalled(kv, key).catch(() => null);
  if (found === null) return { revision: null, settled: null };
  const settled = settle(found.record, { fingerprint, nowMs: Infinity });
  return { revision: found.revision, settled };
};

interface Place {
  readonly key: string;
  /** Of the record that is there; `null`: none is. */
  readonly revision: number | null;
}

/** Nobody waits for it longer than for the finding of it; who comes too late has its answer already. */
const writeDown = async (
  kv: KeyValue,
  { key, revision }: Place,
  record: KeyRecord,
): Promise<void> => {
  const text = JSON.stringify(record);
  const written = revision === null ? kv.create(key, text) : kv.update(key, text, revision);
  await within<unknown>(MEMORY_MS_MAX, written).catch(() => undefined);
};

/** A repeat can wait for its answer: what it asks for was done. A run may fail before anybody waits for it. */
const startedAtOnce = (
  before: 'new' | 'same',
  run: () => Promise<Answer>,
): Promise<Answer> | null => {
  if (before === 'same') return null;
  const running = run();
  running.catch(() => undefined);
  return running;
};

/** Where a request is remembered, by what it is recognised, and who may read it. */
const placeOf = ({ scope, fingerprint, sealWith = null }: IdempotentRequest) => ({
  key: sha256Hex(JSON.stringify(scope)),
  fingerprint: sha256Hex(fingerprint),
  secret: sealWith,
});

const isKept = (answer: Answer, remember: (answer: Answer) => boolean): boolean =>
  remember(answer) && answer.body.length <= RECORD_BYTES_MAX;

const answered = (fingerprint: string, answer: Answer, secret: string | null): KeyRecord => ({
  state: 'answered',
  fingerprint,
  answer: sealAnswer(answer, secret),
});

const recalled = async (kv: KeyValue, key: string) => {
  const found = await within(MEMORY_MS_MAX, kv.get(key));
  return found && { revision: found.revision, record: recordOf(found.value) };
};

const recordOf = (text: string): KeyRecord => KeyRecord.parse(JSON.parse(text));

const within = async <T>(ms: number, asked: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, refuse) => {
    const tooLate = new LogUnavailableError(`idempotency records did not answer in ${ms} ms`);
    timer = setTimeout(() => refuse(tooLate), ms);
  });
  return Promise.race([asked, late]).finally(() => clearTimeout(timer));
};

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
  return body === null
    ? { kind: 'conflict', ran: null }
    : { kind: 'replayed', answer: { ...answer, body } };
};

type Claim =
  | { readonly kind: 'claimed'; readonly revision: number }
  | { readonly kind: 'replayed'; readonly answer: KeptAnswer }
  | Extract<Outcome, { kind: 'conflict' | 'in_progress' }>;

interface Asking {
  readonly fingerprint: string;
  readonly nowMs: number;
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
  const settled = settle(recordOf(found.value), asking);
  if (settled) return settled;
  const taken = await kv.update(key, running, found.revision);
  return taken ? { kind: 'claimed', revision: taken.revision } : BUSY;
};

/** What a record says about a request; `null` when it may be claimed. */
const settle = (record: KeyRecord, asking: Asking): Claim | null => {
  if (record.state === 'free') return null;
  if (record.fingerprint !== asking.fingerprint) return { kind: 'conflict', ran: null };
  if (record.state === 'answered') return { kind: 'replayed', answer: record.answer };
  return asking.nowMs - record.sinceMs < TAKE_OVER_AFTER_MS ? BUSY : null;
};
