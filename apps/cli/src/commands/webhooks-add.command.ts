import type { createWebhook } from '#contracts';
import type { AnswerOf } from '#sdk';
import type { Call, Command } from '../command.js';
import { formatFlag, formatOf, say, secretFlag, secretLines, secretOf } from './webhook-lines.js';

export const addWebhook: Command = {
  name: 'webhooks add',
  summary: 'tell a URL of events, signed as Standard Webhooks',
  usage: 'URL',
  words: { min: 1, max: 1 },
  details: [
    'Events are names (stop.ordered), groups (stop.*) or * for everything; without --event those of stops, breaches, budgets',
    'and agents that fell silent. The secret is made by the mesh and shown once, unless --secret-env brings one; for',
    '--format pagerduty it is the routing key of the integration.',
  ],
  flags: {
    event: { value: 'EVENT', many: true, help: 'a name or a group; may be repeated' },
    agent: { value: 'AGENT', help: 'only what concerns this agent' },
    workspace: { value: 'WORKSPACE', help: 'only what happens in this workspace' },
    ...{ format: formatFlag, 'secret-env': secretFlag },
    description: { value: 'TEXT', help: 'a note' },
    'dry-run': { help: 'show what would be sent, and change nothing' },
  },
  examples: [
    'estop webhooks add https://ops.example.com/estop',
    'estop webhooks add https://hooks.slack.com/services/T0/B0/x --format slack --event "stop.*"',
    'estop webhooks add https://events.pagerduty.com/v2/enqueue --format pagerduty --secret-env PD_KEY',
  ],
  run: async (call) => {
    const body = bodyOf(call);
    if (call.flags.has('dry-run')) {
      const { secret, ...shown } = body;
      const all = secret === undefined ? shown : { ...shown, secret: '(given)' };
      return say(call, { dry_run: true, request: all }, JSON.stringify(all, null, 2));
    }
    const answer = await call.estop.webhooks.create(body, { signal: call.terminal.signal });
    return say(call, answer, added(answer));
  },
};

const USUAL = [
  ...['stop.*', 'policy.breached', 'budget.threshold'],
  ...['agent.stale', 'gateway.fenced', 'gateway.removed'],
];

const bodyOf = (call: Call) => {
  const { flags, words } = call;
  const events = flags.all('event');
  const format = formatOf(flags.text('format'));
  return {
    callback_url: words[0] as string,
    event_types: events.length === 0 ? USUAL : [...events],
    agent: flags.text('agent') ?? null,
    workspace_id: (flags.text('workspace') ?? null) as never,
    description: flags.text('description') ?? null,
    ...(format !== undefined && { format }),
    ...secretOf(call),
  };
};

const added = ({ subscription, secret }: AnswerOf<typeof createWebhook>): string =>
  [
    `webhook ${subscription.subscription_id} hears of ${subscription.event_types.join(', ')}`,
    ...secretLines(secret),
    `Try it: estop webhooks test ${subscription.subscription_id}`,
  ].join('\n');
