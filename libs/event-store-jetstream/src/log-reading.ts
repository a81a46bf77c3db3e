import type { Msg } from '@nats-io/transport-node';
import { ConnectionLostError, ServerRefusal } from './nats-errors.js';
import type { NatsLink } from './nats-link.js';
import { type MessageAnswer, rawOfAnswer, type RawMessage } from './stored-messages.js';

const PAGE = 500;

/**
 * All messages that match, oldest first, in pages of one request each. Any replica may answer, so with three replicas the
 * newest may be missing for a moment; who decides on what it read names the sequence it expects.
 */
export const readAll = async (
  link: NatsLink,
  stream: string,
  filter: string,
  fromSequence: number,
): Promise<RawMessage[]> => {
  const found: RawMessage[] = [];
  for (let next: number | null = fromSequence; next !== null;) {
    const page: Page = await readPage(link, stream, filter, next);
    found.push(...page.messages);
    next = page.next;
  }
  return found;
};

interface Page {
  readonly messages: RawMessage[];
  /** Where the next page begins; `null` after the last. */
  readonly next: number | null;
}

/** The oldest messages that match, from a sequence on: one request, and no consumer. */
export const readPage = async (
  link: NatsLink,
  stream: string,
  filter: string,
  from: number,
): Promise<Page> => {
  if (!(await link.whenConnected(link.settings.timeoutMs))) throw new ConnectionLostError(false);
  return askForPage(link, stream, filter, from);
};

const askForPage = (link: NatsLink, stream: string, filter: string, from: number): Promise<Page> =>
  new Promise((resolve, refuse) => {
    const { nc } = link;
    const messages: RawMessage[] = [];
    const inbox = link.inbox();
    const settle = (end: () => void): void => {
      clearTimeout(timer);
      leave();
      subscription.unsubscribe();
      end();
    };
    const subscription = nc.subscribe(inbox, {
      callback: (error, message) => {
        if (error) return settle(() => refuse(error));
        const status = message.headers?.code ?? 0;
        if (status === 0) return void messages.push(rawOfDirect(message));
        if (status === 204 || status === 404)
          return settle(() => resolve(pageOf(messages, message)));
        settle(() => refuse(statusError(message, status)));
      },
    });
    const fail = (): void => settle(() => refuse(new ConnectionLostError(true)));
    const timer = setTimeout(fail, link.settings.timeoutMs);
    const leave = link.onStatus(fail);
    nc.publish(
      link.apiSubject(`DIRECT.GET.${stream}`),
      JSON.stringify({ next_by_subj: filter, seq: from, batch: PAGE }),
      { reply: inbox },
    );
  });

const pageOf = (messages: RawMessage[], end: Msg): Page => {
  const pending = Number(end.headers?.get('Nats-Num-Pending') || 0);
  const last = messages.at(-1);
  return { messages, next: last && pending > 0 ? last.sequence + 1 : null };
};

const statusError = (message: Msg, code: number): ServerRefusal =>
  new ServerRefusal({ code, description: message.headers?.description ?? 'refused' }, 'DIRECT.GET');

const rawOfDirect = (message: Msg): RawMessage => ({
  sequence: Number(message.headers?.get('Nats-Sequence')),
  subject: message.headers?.get('Nats-Subject') ?? '',
  storedAtMs: Date.parse(message.headers?.get('Nats-Time-Stamp') ?? ''),
  data: message.data,
  headers: message.headers,
});

/** One message by the stream's leader; `null` where none matches. */
export const readOne = async (
  link: NatsLink,
  stream: string,
  query: { last_by_subj: string } | { next_by_subj: string; seq: number },
): Promise<RawMessage | null> => {
  try {
    return rawOfAnswer(await link.api<MessageAnswer>(`STREAM.MSG.GET.${stream}`, query));
  } catch (error) {
    if (error instanceof ServerRefusal && error.errCode === 10037) return null;
    throw error;
  }
};

/** The stream's last sequence, by its leader. */
export const readLastSequence = async (
  link: NatsLink,
  stream: string,
  timeoutMs = link.settings.timeoutMs,
): Promise<number> => {
  const verb = `STREAM.INFO.${stream}`;
  return (await link.api<{ state: { last_seq: number } }>(verb, {}, { timeoutMs })).state.last_seq;
};

export const purgeSubject = async (
  link: NatsLink,
  stream: string,
  subject: string,
): Promise<void> => {
  await link.api(`STREAM.PURGE.${stream}`, { filter: subject });
};
