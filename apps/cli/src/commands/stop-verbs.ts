import type { Command } from '../command.js';
import { stopCommand } from './stop.command.js';

const example = 'agent://acme/production/email-campaign';

export const stopVerbs: readonly Command[] = [
  stopCommand({
    mode: 'halt',
    aliases: ['kill'],
    summary: 'stop at once: nothing goes in or out, in any region',
    details: [
      'Every gateway refuses what the agent sends and receives, and cuts what is in flight. Work that is not answered is held',
      'until the agent is resumed.',
    ],
    examples: [
      `estop halt ${example}`,
      'estop kill email-campaign --reason "47 deployments instead of 3"',
      'estop halt tag:experimental --expires-in 30m',
      "estop halt email-campaign --capability 'intent:email.*'",
      'estop halt ns:acme/production --dry-run',
      'estop halt ns:acme/production --yes',
    ],
  }),
  stopCommand({
    mode: 'pause',
    summary: 'freeze for an investigation: work is held and keeps its time',
    details: [
      'Nothing is delivered, nothing goes out; what comes in is accepted and held, and deadlines stand still.',
    ],
    examples: [`estop pause ${example}`, 'estop pause tag:billing --reason "odd totals"'],
  }),
  stopCommand({
    mode: 'quarantine',
    summary: 'isolate until the root cause is written down',
    details: [
      'Only operators with the investigate permission reach the agent. Its share of queues goes to others. It is resumed with',
      'a written root cause.',
    ],
    examples: [`estop quarantine ${example} --reason "prompt injection suspected"`],
  }),
  stopCommand({
    mode: 'drain',
    summary: 'let it finish what is in flight, then halt it',
    details: [
      'New work is refused. After 60 s, or --drain-for, every gateway halts the agent by itself.',
    ],
    examples: [`estop drain ${example}`, 'estop drain email-campaign --drain-for 5m'],
    flags: { 'drain-for': { value: 'TIME', help: 'time to finish, 1h at most (default 60s)' } },
  }),
];
