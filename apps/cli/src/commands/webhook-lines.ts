import { WebhookFormat, type WebhookEntry } from '#contracts';
import { UsageError } from '../arguments/usage-error.js';
import type { Call } from '../command.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { shown } from '../render/words.js';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The webhook that the first word names. @throws UsageError */
export const idOf = ({ words }: Call): string => {
  const id = words[0] as string;
  if (UUID.test(id)) return id;
  throw new UsageError(`not the id of a webhook: ${id}`, 'See "estop webhooks".');
};

export const say = ({ json, terminal }: Call, answer: object, text: string): ExitCode => {
  terminal.out(json ? JSON.stringify(answer) : text);
  return exitCodes.confirmed;
};

export const secretLines = (secret: string | null): string[] =>
  secret === null ? [] : ['its secret, shown this once:', secret];

/** A secret is no argument: others on this machine could read it there. */
export const secretOf = ({ flags, terminal }: Call): { secret?: string } => {
  const name = flags.text('secret-env');
  if (name === undefined) return {};
  const secret = terminal.env[name];
  if (secret !== undefined && secret !== '') return { secret };
  throw new UsageError(`the variable ${name} is not set`, 'It is to hold the secret.');
};

export const secretFlag = {
  value: 'NAME',
  help: 'the environment variable that holds the secret',
};
export const formatFlag = {
  value: 'FORMAT',
  help: `${WebhookFormat.options.join(', ')} (default: standard)`,
};

/** @throws UsageError */
export const formatOf = (text: string | undefined): WebhookFormat | undefined => {
  if (text === undefined) return undefined;
  const format = WebhookFormat.safeParse(text);
  if (format.success) return format.data;
  throw new UsageError(
    `--format is not one: ${text}`,
    `It is ${WebhookFormat.options.join(', ')}.`,
  );
};

const PAGE = 1000;

/** Shows the webhook that the first word names, and changes nothing. @throws UsageError where there is none */
export const wouldChange = async (call: Call, what: string): Promise<ExitCode> => {
  const { estop, terminal } = call;
  const id = idOf(call);
  let cursor: string | null = null;
  do {
    const query = { limit: PAGE, ...(cursor !== null && { cursor }) };
    const page: { subscriptions: WebhookEntry[]; next_cursor: string | null } =
      await estop.webhooks.list(query, { signal: terminal.signal });
    const found = page.subscriptions.find(({ subscription_id }) => subscription_id === id);
    const would = { ok: true, dry_run: true, subscription: found };
    if (found)
      return say(call, would, `would ${what} ${id}, which calls ${shown(found.callback_url)}`);
    cursor = page.next_cursor;
  } while (cursor !== null);
  throw new UsageError(`there is no webhook ${id} that stands`, 'See "estop webhooks --all".');
};
