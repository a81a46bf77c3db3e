import type { NoticeEvent, Told } from '#contracts';
import { nextTryMs, type WebhookRecord } from '#domain';
import type { Outbound, Sealing } from '#platform';
import { signedRequest } from './signed-request.js';

export type TriedData = Extract<NoticeEvent, { type: 'DeliveryTried' }>['data'];
/** What came of a try. */
export type Result = Pick<TriedData, 'outcome' | 'status' | 'problem' | 'tookMs'> & {
  /** Milliseconds until it is tried again; `null`: never. */
  readonly againAfterMs: number | null;
};

export interface Attempt {
  readonly noticeId: string;
  readonly told: Told;
  readonly record: WebhookRecord;
  /** From 1. */
  readonly attempt: number;
}

export interface Sender {
  readonly outbound: Outbound;
  readonly sealing: Sealing;
  readonly timeoutMs: number;
  readonly clock: { nowMs(): number; monotonicMs(): number };
  /** 0 ≤ random < 1 */
  random(): number;
  /** Ends the subscription for good; `false`: nobody took that, so it is to be tried again. */
  gone(record: WebhookRecord): Promise<boolean>;
}

const GONE = 410;
const PROBLEM_MAX = 500;

/** Tries once to deliver. Whatever goes wrong is its result, and throws nothing. */
export const tryOnce = async (sender: Sender, attempt: Attempt): Promise<Result> => {
  const startMs = sender.clock.monotonicMs();
  const took = () => Math.round((sender.clock.monotonicMs() - startMs) * 10) / 10;
  try {
    const { status, retryAfterSeconds } = await send(sender, attempt);
    if (status >= 200 && status < 300) {
      return { outcome: 'delivered', status, problem: null, tookMs: took(), againAfterMs: null };
    }
    if (status === GONE && (await sender.gone(attempt.record))) {
      const problem = 'the receiver is gone for good: the subscription has ended';
      return { outcome: 'dropped', status, problem, tookMs: took(), againAfterMs: null };
    }
    const problem = `the receiver answered ${status}`;
    return { ...again(sender, attempt, retryAfterSeconds), status, problem, tookMs: took() };
  } catch (error) {
    const problem = reasonOf(error).slice(0, PROBLEM_MAX);
    return { ...again(sender, attempt, null), status: null, problem, tookMs: took() };
  }
};

const send = ({ outbound, sealing, timeoutMs, clock }: Sender, attempt: Attempt) => {
  const { noticeId, told, record } = attempt;
  const { subscription } = record;
  const nowMs = clock.nowMs();
  return outbound.post({
    ...signedRequest({ noticeId, told, subscription, nowMs }, sealing),
    timeoutMs,
  });
};

const again = (
  { random }: Sender,
  { attempt }: Attempt,
  askedSeconds: number | null,
): Pick<Result, 'outcome' | 'againAfterMs'> => {
  const againAfterMs = nextTryMs({ attempt, askedSeconds, random: random() });
  return { outcome: againAfterMs === null ? 'given_up' : 'failed', againAfterMs };
};

/** Of several addresses none may have answered: the first says enough. */
const reasonOf = (error: unknown): string => {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error instanceof Error ? error.message || error.name : 'unknown';
};
