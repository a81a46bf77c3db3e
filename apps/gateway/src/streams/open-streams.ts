import type { Destination, KeyId, Principal } from '#contracts';
import type { Ask, ControlChange, ControlView, Verdict } from '#domain';
import { ApiProblem, openSse, type Call, type Clock } from '#platform';
import type { Gate } from '../gate/gate.js';
import { AgentStream } from './agent-stream.js';

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

export type CutCause = 'stop' | 'key';

/** Whose stream it is, and what of. */
export interface StreamOf {
  readonly what: string;
  /** What must stay allowed for the stream to stay open; `null` for operators. */
  readonly ask: Ask | null;
}

export type StreamCall = Pick<Call<never>, 'request' | 'reply'> & { readonly principal: Principal };

interface OpenStream {
  readonly stream: AgentStream;
  readonly keyId: KeyId;
  readonly ask: Ask | null;
  /** Who must have chosen it for anything to move without a proof. */
  readonly parties: readonly Destination[];
}

const EVERYBODY: Pick<ControlChange, 'touches'> = { touches: () => true };
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
    for (const { stream } of this.streams) stream.close();
  }

  /** Opens the answer of a call as a stream. @throws ApiProblem `too_many_streams`, or what the gate says by now */
  open(call: StreamCall, { what, ask }: StreamOf): AgentStream {
    const { gate } = this.options;
    const { keyId } = call.principal;
    this.refuseTooMany(keyId);
    const parties = ask === null ? [] : [ask.address];
    const asks = ask === null ? [] : [ask];
    // The call was judged before its handler read from the log; a stop may have come meanwhile.
    const handing = gate.handing(what, call, { asks, parties });
    const sse = gate.handOver(handing, () => openSse(call.reply));
    const stream = new AgentStream(sse, () => gate.passes(parties));
    this.keep({ stream, keyId, ask, parties });
    return stream;
  }

  /** Ends the streams that a change of the control log forbids. Answers how many it ended. */
  review(change: Pick<ControlChange, 'touches'>): number {
    let cut = 0;
    for (const open of this.streams) {
      if (open.ask === null || !change.touches(open.ask.address)) continue;
      const verdict = this.options.gate.judge(open.ask);
      if (verdict.allowed) continue;
      this.end(open, 'stop', sayWhy(verdict));
      cut += 1;
    }
    return cut;
  }

  /** How many a stop of those would end. */
  count(covered: (address: Destination) => boolean): number {
    let count = 0;
    for (const { ask } of this.streams) if (ask !== null && covered(ask.address)) count += 1;
    return count;
  }

  closeKeys(keys: readonly KeyId[]): void {
    for (const open of this.streams) {
      if (keys.includes(open.keyId)) this.end(open, 'key', 'key_revoked');
    }
  }

  /** A key was retired: it ends sooner than it was to. */
  retire(keyId: KeyId): void {
    for (const open of this.streams) if (open.keyId === keyId) this.closeAtExpiry(open);
  }

  /** What this gateway knows is proven no more: nothing moves but where it may without a proof. */
  hold(): void {
    for (const { stream, parties } of this.streams) {
      if (!this.options.gate.servesStale(parties)) stream.hold();
    }
  }

  /** It is proven again: what no stop forbids goes on, the rest ends. */
  release(): void {
    this.review(EVERYBODY);
    for (const { stream } of this.streams) stream.release();
  }

  private keep(open: OpenStream): void {
    const { stream, keyId } = open;
    this.streams.add(open);
    this.perKey.set(keyId, (this.perKey.get(keyId) ?? 0) + 1);
    this.closeAtExpiry(open);
    const forget = (): void => this.forget(open);
    if (stream.closed.aborted) forget();
    else stream.closed.addEventListener('abort', forget, { once: true });
  }

  private end({ stream }: OpenStream, cause: CutCause, why: string): void {
    // A comment, since programs take every event of these streams for work.
    stream.comment(why);
    stream.close();
    this.options.onCut(cause);
  }

  /** A sign of life for each, and the end for those whose key has expired. */
  private beat(): void {
    for (const open of this.streams) {
      const leftMs = this.leftMs(open.keyId);
      if (leftMs !== null && leftMs <= 0) this.end(open, 'key', 'key_expired');
      else open.stream.comment('alive');
    }
  }

  /** A stream is no longer open than its key is good. */
  private closeAtExpiry(open: OpenStream): void {
    const leftMs = this.leftMs(open.keyId);
    if (leftMs === null || leftMs > TIMER_MS_MAX) return;
    const timer = setTimeout(() => this.end(open, 'key', 'key_expired'), Math.max(0, leftMs));
    const forget = (): void => clearTimeout(timer);
    if (open.stream.closed.aborted) forget();
    else open.stream.closed.addEventListener('abort', forget, { once: true });
  }

  /** Milliseconds until the key expires; `null` for one that never does. */
  private leftMs(keyId: KeyId): number | null {
    const expiresAtMs = this.options.view.key(keyId)?.expiresAtMs ?? null;
    return expiresAtMs === null ? null : expiresAtMs - this.options.clock.nowMs();
  }

  private forget(open: OpenStream): void {
    if (!this.streams.delete(open)) return;
    const left = (this.perKey.get(open.keyId) ?? 1) - 1;
    if (left > 0) this.perKey.set(open.keyId, left);
    else this.perKey.delete(open.keyId);
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
