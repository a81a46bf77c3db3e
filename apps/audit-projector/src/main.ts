import { loadConfig, runService } from '#platform';
import { ProjectorConfig } from './projector.config.js';
import { startProjector } from './start-projector.js';

void runService({
  name: 'audit-projector',
  start: () => startProjector(loadConfig(ProjectorConfig, process.env)),
});
