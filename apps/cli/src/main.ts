import { commands } from './commands.js';
import { nodeTerminal } from './node-terminal.js';
import { run } from './run.js';

// A reader that went away (`estop watch | head`) is the end of the work, not a failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await run(process.argv.slice(2), { commands, terminal: nodeTerminal() });
