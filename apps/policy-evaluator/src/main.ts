import { loadConfig, runService } from '#platform';
import { EvaluatorConfig } from './evaluator.config.js';
import { startEvaluator } from './start-evaluator.js';

void runService({
  name: 'policy-evaluator',
  start: () => startEvaluator(loadConfig(EvaluatorConfig, process.env)),
});
