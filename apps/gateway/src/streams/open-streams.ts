import type { KeyId, Principal } from '#contracts';
import type { Ask, ControlChange, ControlView, Verdict } from '#domain';
import { ApiProblem, openSse, type Call, type Clock, type Sse } from '#platform';
import type { Gate } from '../gate/gate.js';

export interface OpenStreamsOptions {
  readonly gate: Gate;
  readonly view: ControlView;
  readonly clock: Clock;
  /** @default 10000 */
  readonly streamsMax?: number;
  /** @default 256 */
  readonly streamsPerKeyMax?: number;
  onCut(cause: CutCause): void;
}

/** `fenced`: the gateway itself may serve no more. */
export type CutCause = 'stop' | 'key' | 'fenced';

interface OpenStream {
  readonly sse: Sse;
  readonly keyId: KeyId;
  /** What must stay allowed for the stream to stay open; `null` for operators. */
  readonly ask: Ask | null;
}

const STREAMS_MAX = 10_000;
const STREAMS_PER_KEY_MAX = 256;
/** AXME's Python client gives up on a stream that is silent for 15 s. */
const COMMENT_EVERY_MS = 5_000;
const TIMER_MS_MAX = 2_147_483_647;

/** Every open event stream of this gateway: the thing that a stop and a revocation cut. */
export class OpenStreams {
  private readonly streams = new Set<OpenStream>();
  private readonly perKey = new Map<KeyId, number>();
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly options: OpenStreamsOptions) {}

  get size(): number {
    return this.streams.size;
  }

  start(): void {
    this.timer = setInterval(() => this.beat(), COMMENT_EVERY_MS);
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    for (const { sse } of this.streams) sse.close();
  }

  /** Opens the answer of a call as a stream. @throws ApiProblem `too_many_streams`, or what the gate says by now */
  open(call: Pick<Call<never>, 'reply'> & { readonly principal: Principal }, ask: Ask | null): Sse {
    const { keyId } = call.principal;
    this.refuseTooMany(keyId);
    // The call was judged before its handler read from the log; a stop may have come meanwhile.
    this.options.gate.requireReady();
    if (ask !== null) this.options.gate.recheck(ask);
    this.refuseRevoked(keyId);
    const stream: OpenStream = { sse: openSse(call.reply), keyId, ask };
    this.streams.add(stream);
    this.perKey.set(keyId, (this.perKey.get(keyId) ?? 0) + 1);
    const expiry = this.closeAtExpiry(stream);
    const forget = (): void => {
      clearTimeout(expiry);
      this.forget(stream);
    };
    if (stream.sse.closed.aborted) forget();
    else stream.sse.closed.addEventListener('abort', forget, { once: true });
    return stream.sse;
  }

  /** Ends the streams that a change of the control log forbids. Answers how many it ended. */
  review(change: Pick<ControlChange, 'touches'>): number {
    let cut = 0;
    for (const stream of this.streams) {
      if (stream.ask === null || !change.touches(stream.ask.address)) continue;
      const verdict = this.options.gate.judge(stream.ask);
      if (verdict.allowed) continue;
      this.end(stream, 'stop', sayWhy(verdict));
      cut += 1;
    }
    return cut;
  }

  closeKeys(keys: readonly KeyId[]): void {
    for (const stream of this.streams) {
      if (keys.includes(stream.keyId)) this.end(stream, 'key', 'key_revoked');
    }
  }

  /** Ends all: what this gateway knows is proven no more. */
  fence(): void {
    for (const stream of this.streams) this.end(stream, 'fenced', 'gateway_fenced');
  }

  private end(stream: OpenStream, cause: CutCause, why: string): void {
    // A comment, since programs take every event of these streams for work.
    stream.sse.comment(why);
    stream.sse.close();
    this.options.onCut(cause);
  }

  /** A sign of life for each, and the end for those whose key has expired. */
  private beat(): void {
    for (const stream of this.streams) {
      const leftMs = this.leftMs(stream.keyId);
      if (leftMs !== null && leftMs <= 0) this.end(stream, 'key', 'key_expired');
      else stream.sse.comment('alive');
    }
  }

  /** A stream is no longer open than its key is good. */
  private closeAtExpiry(stream: OpenStream): NodeJS.Timeout | undefined {
    const leftMs = this.leftMs(stream.keyId);
    if (leftMs === null || leftMs > TIMER_MS_MAX) return undefined;
    return setTimeout(() => this.end(stream, 'key', 'key_expired'), leftMs);
  }

  /** Milliseconds until the key expires; `null` for one that never does. */
  private leftMs(keyId: KeyId): number | null {
    const expiresAtMs = this.options.view.key(keyId)?.expiresAtMs ?? null;
    return expiresAtMs === null ? null : expiresAtMs - this.options.clock.nowMs();
  }

  private refuseRevoked(keyId: KeyId): void {
    const revokedAt = this.options.view.key(keyId)?.revokedAt ?? null;
    if (revokedAt !== null)
      throw new ApiProblem('key_revoked', `The key was revoked at ${revokedAt}.`);
  }

  private forget(stream: OpenStream): void {
    if (!this.streams.delete(stream)) return;
    const left = (this.perKey.get(stream.keyId) ?? 1) - 1;
    if (left > 0) this.perKey.set(stream.keyId, left);
    else this.perKey.delete(stream.keyId);
  }

  private refuseTooMany(keyId: KeyId): void {
    const { streamsMax = STREAMS_MAX, streamsPerKeyMax = STREAMS_PER_KEY_MAX } = this.options;
    const limit = (what: string, max: number): ApiProblem =>
      new ApiProblem(
        'too_many_streams',
        `${what} has ${max} open streams already. Close one first.`,
        {
          retryAfterSeconds: 5,
          details: { limit: max },
        },
      );
    if (this.streams.size >= streamsMax) throw limit('This gateway', streamsMax);
    if ((this.perKey.get(keyId) ?? 0) >= streamsPerKeyMax)
      throw limit('This key', streamsPerKeyMax);
  }
}

const sayWhy = (verdict: Exclude<Verdict, { allowed: true }>): string =>
  verdict.hold === null ? verdict.code : `${verdict.code} by ${verdict.hold.order.orderId}`;
