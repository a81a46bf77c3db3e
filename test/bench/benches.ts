import { runAuditBench } from './audit.bench.js';
import type { Bench } from './bench.js';
import { runBlackHoleBench } from './black-hole.bench.js';
import { runBudgetsBench } from './budgets.bench.js';
import { runEvaluatorBench } from './evaluator.bench.js';
import { runFencesBench } from './fences.bench.js';
import { runGatewayBench } from './gateway.bench.js';
import { runKillBench } from './kill.bench.js';
import { runLeaderlessBench } from './kill-without-leader.bench.js';
import { runLeaseBench } from './lease.bench.js';
import { runOverloadBench } from './overload.bench.js';
import { runPoliciesBench } from './policies.bench.js';
import { runPolicyStopBench } from './policy-stop.bench.js';
import { runRegionsBench } from './regions.bench.js';
import { runRenewalsBench } from './renewals.bench.js';
import { runVerdictBench } from './verdict.bench.js';

/** In the order in which they run. `infra/setup/help/bench.txt` tells people the same. */
export const benches = {
  verdict: { takes: '1 minute', run: runVerdictBench },
  lease: { takes: '15 seconds', run: runLeaseBench },
  kill: { takes: '1 minute', run: runKillBench },
  'kill-without-leader': { takes: '5 minutes', run: runLeaderlessBench },
  'black-hole': { takes: '2 minutes', run: runBlackHoleBench },
  regions: { takes: '2 minutes', run: runRegionsBench },
  overload: { takes: '2 minutes', run: runOverloadBench },
  fences: { takes: '10 minutes', run: runFencesBench },
  renewals: { takes: '4 minutes', run: runRenewalsBench },
  gateway: { takes: '2 minutes', run: runGatewayBench },
  policies: { takes: '4 minutes', run: runPoliciesBench },
  'policy-stop': { takes: '2 minutes', run: runPolicyStopBench },
  evaluator: { takes: '1 minute', run: runEvaluatorBench },
  budgets: { takes: '2 minutes', run: runBudgetsBench },
  audit: { takes: '3 minutes', run: runAuditBench },
} as const satisfies Readonly<Record<string, Bench>>;
export type BenchName = keyof typeof benches;
