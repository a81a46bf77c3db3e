import type { Msg } from '@nats-io/transport-node';
import { ServerRefusal } from './nats-errors.js';
import type { NatsLink } from './nats-link.js';

const NANOS_PER_MS = 1_000_000;
/** The server ends a request itself; this much later it is taken for lost. */
const GRACE_MS = 500;

export interface Pulled {
  readonly messages: readonly Msg[];
  /** The durable consumer does not exist: it has to be made again. */
  readonly consumerGone: boolean;
}

export interface PullOptions {
  readonly max: number;
  readonly waitMs: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Asks a pull consumer once: it sends what is there, or waits for the first message. When the caller gives up meanwhile,
 * what the server has already sent is given back at once, so that nobody waits for its visibility time.
 */
export const pullOnce = (
  link: NatsLink,
  subject: string,
  { max, waitMs, signal }: PullOptions,
): Promise<Pulled> =>
  new Promise((resolve, refuse) => {
    const messages: Msg[] = [];
    const inbox = link.inbox();
    let over = false;
    const finish = (outcome: { consumerGone: boolean } | Error): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      leave();
      signal?.removeEventListener('abort', abort);
      if (outcome instanceof Error) refuse(outcome);
      else resolve({ messages, ...outcome });
    };
    const end = (outcome: { consumerGone: boolean } | Error): void => {
      subscription.unsubscribe();
      finish(outcome);
    };
    const subscription = link.nc.subscribe(inbox, {
      callback: (error, message) => {
        if (error) return end(error);
        if (over) return void message.respond('-NAK');
        const status = message.headers?.code ?? 0;
        if (status !== 0) return end(outcomeOf(message, status));
        messages.push(message);
        if (messages.length >= max) end({ consumerGone: false });
      },
    });
    const giveUp = (): void => {
      finish({ consumerGone: false });
      subscription.drain().catch(() => undefined);
    };
    const abort = (): void => giveUp();
    const timer = setTimeout(giveUp, waitMs + GRACE_MS);
    const leave = link.onStatus(() => end({ consumerGone: false }));
    signal?.addEventListener('abort', abort);
    const body = { batch: max, expires: Math.round(waitMs * NANOS_PER_MS), no_wait: true };
    link.nc.publish(subject, JSON.stringify(body), { reply: inbox });
  });

const outcomeOf = (message: Msg, status: number): { consumerGone: boolean } | Error => {
  const description = message.headers?.description ?? '';
  if (status === 503 || /consumer deleted/i.test(description)) return { consumerGone: true };
  if (NOTHING_THERE.has(status)) return { consumerGone: false };
  // Too many takers wait, or the server is about to move the queue: try again later.
  const code = status === 409 ? 503 : status;
  return new ServerRefusal({ code, description }, 'MSG.NEXT');
};

/** Nothing to hand out, or not within the time asked for. */
const NOTHING_THERE = new Set([404, 408]);
