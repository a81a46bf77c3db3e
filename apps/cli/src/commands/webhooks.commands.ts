import type { Command } from '../command.js';
import { idOf, say, secretLines, secretOf, wouldChange } from './webhook-lines.js';
import { addWebhook } from './webhooks-add.command.js';
import { alertWebhook } from './webhooks-alert.command.js';
import { deliveryTable, webhookTable } from './webhook-tables.js';

const dry = { 'dry-run': { help: 'show what would come of it, and change nothing' } };

const list: Command = {
  name: 'webhooks list',
  summary: 'who is told of events, without their secrets',
  words: { min: 0, max: 0 },
  flags: {
    all: { help: 'those that have ended as well' },
    cursor: { value: 'CURSOR', help: 'the next page' },
  },
  examples: ['estop webhooks', 'estop webhooks list --all --json'],
  run: async (call) => {
    const { estop, flags, terminal, json, paint } = call;
    const cursor = flags.text('cursor');
    const query = {
      ...(flags.has('all') && { revoked: 'true' as const }),
      ...(cursor !== undefined && { cursor }),
    };
    const answer = await estop.webhooks.list(query, { signal: terminal.signal });
    if (!json && answer.next_cursor) terminal.err(`More: --cursor ${answer.next_cursor}`);
    return say(call, answer, webhookTable(answer.subscriptions, paint));
  },
};

const remove: Command = {
  name: 'webhooks remove',
  summary: 'end a webhook for good',
  usage: 'WEBHOOK',
  words: { min: 1, max: 1 },
  flags: dry,
  examples: ['estop webhooks remove 0192f3a4-0000-7000-8000-000000000000'],
  run: async (call) => {
    if (call.flags.has('dry-run')) return wouldChange(call, 'end');
    const answer = await call.estop.webhooks.remove(idOf(call), { signal: call.terminal.signal });
    return say(call, answer, `ended ${answer.subscription_id}`);
  },
};

const rotate: Command = {
  name: 'webhooks rotate',
  summary: 'give a webhook a new secret, without a gap',
  usage: 'WEBHOOK',
  words: { min: 1, max: 1 },
  details: [
    'Deliveries are signed with the new and the old secret until you call it again with --finish: give the receiver the new',
    'one in between.',
  ],
  flags: {
    'secret-env': { value: 'NAME', help: 'the environment variable that holds the new secret' },
    finish: { help: 'sign with the newest secret alone from now on' },
    ...dry,
  },
  examples: [
    'estop webhooks rotate 0192f3a4-0000-7000-8000-000000000000',
    'estop webhooks rotate 0192f3a4-0000-7000-8000-000000000000 --finish',
  ],
  run: async (call) => {
    if (call.flags.has('dry-run')) return wouldChange(call, 'change the secrets of');
    const body = call.flags.has('finish') ? { finish: true } : secretOf(call);
    const options = { signal: call.terminal.signal };
    const answer = await call.estop.webhooks.rotate(idOf(call), body, options);
    const { signing_secrets: count, subscription_id: id } = answer.subscription;
    const text = [`webhook ${id} is signed with ${count} secret(s)`, ...secretLines(answer.secret)];
    return say(call, answer, text.join('\n'));
  },
};

const test: Command = {
  name: 'webhooks test',
  summary: 'deliver an event webhook.test to a webhook',
  usage: 'WEBHOOK',
  words: { min: 1, max: 1 },
  flags: dry,
  examples: ['estop webhooks test 0192f3a4-0000-7000-8000-000000000000'],
  run: async (call) => {
    if (call.flags.has('dry-run')) return wouldChange(call, 'deliver webhook.test to');
    const id = idOf(call);
    const answer = await call.estop.webhooks.test(id, { signal: call.terminal.signal });
    return say(call, answer, `queued; see: estop webhooks deliveries ${id}`);
  },
};

const deliveries: Command = {
  name: 'webhooks deliveries',
  summary: 'what was delivered to a webhook, and what came of it',
  usage: 'WEBHOOK',
  words: { min: 1, max: 1 },
  flags: {
    status: { value: 'STATUS', help: 'pending, delivered, given_up or dropped' },
    limit: { value: 'N', help: 'how many at most' },
    cursor: { value: 'CURSOR', help: 'the next page' },
  },
  examples: ['estop webhooks deliveries 0192f3a4-0000-7000-8000-000000000000 --status pending'],
  run: async (call) => {
    const { estop, flags, terminal, json, paint } = call;
    const query = {
      limit: flags.count('limit') ?? 50,
      ...(flags.text('status') !== undefined && { status: flags.text('status') as string }),
      ...(flags.text('cursor') !== undefined && { cursor: flags.text('cursor') as string }),
    };
    const answer = await estop.webhooks.deliveries(idOf(call), query, { signal: terminal.signal });
    if (!json && answer.next_cursor) terminal.err(`More: --cursor ${answer.next_cursor}`);
    return say(call, answer, deliveryTable(answer.deliveries, paint));
  },
};

const replay: Command = {
  name: 'webhooks replay',
  summary: 'deliver an event again, under the same webhook-id',
  usage: 'EVENT',
  words: { min: 1, max: 1 },
  flags: {
    webhook: { value: 'WEBHOOK', help: 'to this one alone (default: to all that had it)' },
    'dry-run': { help: 'show what would be sent, and send nothing' },
  },
  examples: ['estop webhooks replay 0192f3a4-0000-7000-8000-000000000000'],
  run: async (call) => {
    const { words, flags, estop, terminal } = call;
    const body = { subscription_id: (flags.text('webhook') ?? null) as never };
    const event_id = words[0] as string;
    if (flags.has('dry-run')) {
      const request = { event_id, ...body };
      return say(call, { dry_run: true, request }, JSON.stringify(request, null, 2));
    }
    const answer = await estop.webhooks.replay(event_id, body, { signal: terminal.signal });
    return say(call, answer, `queued for ${answer.queued_deliveries} webhook(s)`);
  },
};

export const webhookCommands: readonly Command[] = [
  list,
  addWebhook,
  alertWebhook,
  remove,
  rotate,
  test,
  deliveries,
  replay,
];
