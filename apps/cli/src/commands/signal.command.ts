import { SignalSeverity, type SelectorInput } from '#contracts';
import { parseTarget } from '../arguments/target.js';
import { UsageError } from '../arguments/usage-error.js';
import type { Call, Command } from '../command.js';
import { exitCodes } from '../exit-codes.js';

export const signalCommand: Command = {
  name: 'signal',
  summary: 'say what monitoring sees; it stops nobody unless a policy says so',
  usage: 'SOURCE METRIC [TARGET]',
  words: { min: 2, max: 3 },
  details: [
    'The target is an agent, a tag (tag:x), a namespace (ns:org/ws) or the org (org:x); without one, as far as the key reaches.',
  ],
  flags: {
    severity: {
      value: 'SEVERITY',
      help: `${SignalSeverity.options.join(', ')} (default: warning)`,
    },
    value: { value: 'NUMBER', help: 'what was measured' },
    message: { value: 'TEXT', help: 'one line for people' },
    resolved: { help: 'what was said before is over' },
    'dry-run': { help: 'show what would be sent, and send nothing' },
  },
  examples: [
    'estop signal fraud-model chargeback_rate agent://acme/production/payer --severity critical --value 0.2',
    'estop signal deploys error_budget ns:acme/production --resolved',
  ],
  run: async (call) => {
    const { estop, flags, terminal, json } = call;
    const body = bodyOf(call);
    if (flags.has('dry-run')) {
      const shown = json ? { dry_run: true, request: body } : body;
      terminal.out(JSON.stringify(shown, null, json ? 0 : 2));
      return exitCodes.confirmed;
    }
    const answer = await estop.signals.send(body, { signal: terminal.signal });
    terminal.out(json ? JSON.stringify(answer) : `signal ${answer.signal_id} stands`);
    return exitCodes.confirmed;
  },
};

const severityOf = (text: string): SignalSeverity => {
  const severity = SignalSeverity.safeParse(text);
  if (severity.success) return severity.data;
  const known = SignalSeverity.options.join(', ');
  throw new UsageError(`--severity is not one: ${text}`, `It is one of ${known}.`);
};

const valueOf = (text: string): number => {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new UsageError(`--value must be a number, but is ${text}`);
};

const selectorOf = (text: string, { home }: Call): SelectorInput => {
  const target = parseTarget(text, home);
  if (target.kind === 'agent') return { agent: target.agent };
  if (target.kind === 'many') return target.selector;
  throw new UsageError(`a signal is about agents, not about the order ${text}`);
};

const bodyOf = (call: Call) => {
  const { words, flags } = call;
  const [source, metric, target] = words;
  const [value, message] = [flags.text('value'), flags.text('message')];
  return {
    source: source as never,
    metric: metric as string,
    severity: severityOf(flags.text('severity') ?? 'warning'),
    status: flags.has('resolved') ? ('resolved' as const) : ('firing' as const),
    ...(target !== undefined && { selector: selectorOf(target, call) }),
    ...(value !== undefined && { value: valueOf(value) }),
    ...(message !== undefined && { message }),
  };
};
