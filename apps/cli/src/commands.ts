import type { Command } from './command.js';
import { agentCredentialCommands } from './commands/agent-credentials.commands.js';
import { agentCommands } from './commands/agents.commands.js';
import { auditCommands } from './commands/audit.commands.js';
import { budgetCommands } from './commands/budget.commands.js';
import { doctorCommand } from './commands/doctor.command.js';
import { drillCommand } from './commands/drill.command.js';
import { rotateCommand } from './commands/keys-rotate.command.js';
import { keyCommands } from './commands/keys.commands.js';
import { logCommands } from './commands/log.commands.js';
import { orderCommands } from './commands/orders.commands.js';
import { policyCommands } from './commands/policy.commands.js';
import { resumeCommand } from './commands/resume.command.js';
import { sessionCommands } from './commands/sessions.commands.js';
import { settingsCommands } from './commands/settings.commands.js';
import { signalCommand } from './commands/signal.command.js';
import { statusCommand } from './commands/status.command.js';
import { stopVerbs } from './commands/stop-verbs.js';
import { watchCommand } from './commands/watch.command.js';
import { webhookCommands } from './commands/webhooks.commands.js';
import { whyCommand } from './commands/why.command.js';

/** Every verb, in the order of the help. */
export const commands: readonly Command[] = [
  ...stopVerbs,
  resumeCommand,
  statusCommand,
  whyCommand,
  watchCommand,
  drillCommand,
  doctorCommand,
  ...agentCommands,
  ...agentCredentialCommands,
  ...sessionCommands,
  ...orderCommands,
  ...policyCommands,
  ...budgetCommands,
  ...keyCommands,
  rotateCommand,
  ...webhookCommands,
  signalCommand,
  ...settingsCommands,
  ...logCommands,
  ...auditCommands,
];
