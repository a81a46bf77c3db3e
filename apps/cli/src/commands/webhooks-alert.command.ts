import type { putAlerts } from '#contracts';
import type { AnswerOf } from '#sdk';
import { parseAgent } from '../arguments/target.js';
import { UsageError } from '../arguments/usage-error.js';
import type { Call, Command } from '../command.js';
import { counted } from '../render/words.js';
import { formatFlag, formatOf, say, secretFlag, secretLines, secretOf } from './webhook-lines.js';

const SHARE = 80;

export const alertWebhook: Command = {
  name: 'webhooks alert',
  summary: 'tell a URL when an agent has spent a share of its caps',
  usage: 'AGENT URL',
  words: { min: 2, max: 2 },
  needs: 'admin',
  details: ['Said again for the same agent and URL it makes no second webhook.'],
  flags: {
    at: { value: 'PCT', help: `at this share of each of its caps (default ${SHARE})` },
    ...{ format: formatFlag, 'secret-env': secretFlag },
    'dry-run': { help: 'show what would be sent, and change nothing' },
  },
  examples: ['estop webhooks alert billing https://ops.example.com/estop --at 80'],
  run: async (call) => {
    const { estop, words, home, flags, terminal } = call;
    const agent = parseAgent(words[0] as string, home);
    const body = bodyOf(call);
    if (flags.has('dry-run')) {
      const { secret, ...shown } = body;
      const request = { agent, ...shown, ...(secret !== undefined && { secret: '(given)' }) };
      return say(call, { dry_run: true, request }, JSON.stringify(request, null, 2));
    }
    const answer = await estop.webhooks.alert(agent, body, { signal: terminal.signal });
    return say(call, answer, told(answer));
  },
};

const bodyOf = (call: Call) => {
  const format = formatOf(call.flags.text('format'));
  return {
    threshold_pct: shareOf(call.flags.count('at') ?? SHARE),
    webhook_url: call.words[1] as string,
    ...(format !== undefined && { format }),
    ...secretOf(call),
  };
};

const shareOf = (pct: number): number => {
  if (pct >= 1 && pct <= 100) return pct;
  throw new UsageError(`--at is not a share: ${pct}`, 'It is a whole number from 1 to 100.');
};

const told = ({
  agent,
  budgets,
  threshold_pct: pct,
  subscription,
  secret,
}: AnswerOf<typeof putAlerts>): string =>
  [
    budgets === 0
      ? `${agent} has no cap yet, so nothing will be told: estop budget set ${agent} 50usd/day`
      : `${counted(budgets, 'cap')} of ${agent} will be told of at ${pct} %`,
    `webhook ${subscription.subscription_id} hears of it`,
    ...secretLines(secret),
  ].join('\n');
