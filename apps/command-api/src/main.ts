import { loadConfig, runService } from '#platform';
import { CommandApiConfig } from './command-api.config.js';
import { startCommandApi } from './start-command-api.js';

void runService({
  name: 'command-api',
  start: () => startCommandApi(loadConfig(CommandApiConfig, process.env)),
});
