import { live, NotifierRequest, type NotifierAnswer } from '#contracts';
import type { ControlView, WebhookRecord } from '#domain';
import { LogUnavailableError, type Messaging } from '#event-store';
import type { Logger } from '#platform';
import type { NoticeWriter } from '../notices/notice-writer.js';

export interface NotifierRequestsOptions {
  readonly messaging: Messaging;
  readonly view: Pick<ControlView, 'webhooks'>;
  readonly writer: NoticeWriter;
  readonly log: Logger;
  /** Whatever a command API answered before is in the view. */
  barrier(): Promise<void>;
}

type Tell = Extract<NotifierRequest, { op: 'tell' }>;
type Replay = Extract<NotifierRequest, { op: 'replay' }>;

const QUEUE = 'notifier';
const failed = (code: 'invalid_request' | 'not_found' | 'unavailable', message: string) =>
  ({ ok: false, code, message }) satisfies NotifierAnswer;

/** Answers command APIs: tell this, deliver that again. */
export const answerRequests = (options: NotifierRequestsOptions): { stop(): void } =>
  options.messaging.subscribe(
    live.notifier,
    (message) => {
      void answer(options, message.text()).then((said) => message.respond(JSON.stringify(said)));
    },
    { queue: QUEUE },
  );

const answer = async (options: NotifierRequestsOptions, text: string): Promise<NotifierAnswer> => {
  const request = NotifierRequest.safeParse(jsonOf(text));
  if (!request.success) return failed('invalid_request', 'the request cannot be read');
  try {
    await options.barrier();
    return request.data.op === 'tell'
      ? await tell(options, request.data)
      : await replay(options, request.data);
  } catch (error) {
    const isLog = error instanceof LogUnavailableError;
    if (!isLog) options.log.error({ err: error }, 'a request of a command API broke');
    return failed('unavailable', 'The notifier cannot reach the log. Try again shortly.');
  }
};

const tell = async (
  { view, writer }: NotifierRequestsOptions,
  { told, subscriptionId }: Tell,
): Promise<NotifierAnswer> => {
  const only = subscriptionId === null ? null : view.webhooks.get(subscriptionId);
  const to = subscriptionId === null ? writer.wanting(told) : [only].filter((one) => one !== null);
  return { ok: true, queued: await writer.write(told, to), told };
};

/** Only to subscriptions that had it, and that still stand. */
const replay = async (
  { view, writer }: NotifierRequestsOptions,
  { org, workspace, eventId, subscriptionId }: Replay,
): Promise<NotifierAnswer> => {
  const isMeant = ({ subscription, revokedAt }: WebhookRecord): boolean =>
    revokedAt === null &&
    (workspace === null || subscription.workspace === workspace) &&
    (subscriptionId === null || subscription.subscriptionId === subscriptionId);
  const meant = [...view.webhooks.all(org)].filter(isMeant);
  const replayed = await Promise.all(meant.map((one) => writer.again(eventId, one)));
  const told = replayed.filter((one) => one !== null);
  const [first] = told;
  return first === undefined
    ? failed('not_found', `Nobody here was told of an event ${eventId} in the last 30 days.`)
    : { ok: true, queued: told.length, told: first };
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
