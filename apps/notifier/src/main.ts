import { loadConfig, runService } from '#platform';
import { NotifierConfig } from './notifier.config.js';
import { startNotifier } from './start-notifier.js';

void runService({
  name: 'notifier',
  start: () => startNotifier(loadConfig(NotifierConfig, process.env)),
});
