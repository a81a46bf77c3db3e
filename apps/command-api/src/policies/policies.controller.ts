import { Controller } from '@nestjs/common';
import {
  getPolicy,
  liftRestriction,
  lintPolicy,
  listPolicies,
  listPolicyPresets,
  removePolicy,
  setPolicy,
  testPolicy,
  type BacktestReport,
  type PolicyReport,
} from '#contracts';
import { Endpoint, type Call } from '#platform';
import { callerOf } from '../control/operator.js';
import { Policies, type ListedPolicies, type RemovedPolicy, type ShownPolicy } from './policies.js';
import { PolicyDrafts, type LintedPolicy, type ListedPresets } from './policy-drafts.js';
import { RestrictionLifts, type LiftedRestriction } from './restriction-lifts.js';

@Controller()
export class PoliciesController {
  constructor(
    private readonly policies: Policies,
    private readonly drafts: PolicyDrafts,
    private readonly lifts: RestrictionLifts,
  ) {}

  @Endpoint(setPolicy)
  set(call: Call<typeof setPolicy>): Promise<PolicyReport> {
    return this.policies.set(callerOf(call), { ...call.params, ...call.query }, call.body);
  }

  @Endpoint(listPolicies)
  list(call: Call<typeof listPolicies>): Promise<ListedPolicies> {
    return this.policies.list(callerOf(call), call.query);
  }

  @Endpoint(getPolicy)
  get(call: Call<typeof getPolicy>): Promise<ShownPolicy> {
    return this.policies.get(callerOf(call), { ...call.params, ...call.query });
  }

  @Endpoint(removePolicy)
  remove(call: Call<typeof removePolicy>): Promise<RemovedPolicy> {
    return this.policies.remove(callerOf(call), { ...call.params, ...call.query });
  }

  @Endpoint(lintPolicy)
  lint(call: Call<typeof lintPolicy>): Promise<LintedPolicy> {
    return this.drafts.lint(callerOf(call), call.query.org_id, call.body);
  }

  @Endpoint(testPolicy)
  test(call: Call<typeof testPolicy>): Promise<BacktestReport> {
    return this.drafts.test(callerOf(call), call.query.org_id, call.body);
  }

  @Endpoint(liftRestriction)
  lift(call: Call<typeof liftRestriction>): Promise<LiftedRestriction> {
    const place = { ...call.params, ...call.query };
    return this.lifts.lift(callerOf(call), place, call.body);
  }

  @Endpoint(listPolicyPresets)
  presets(_call: Call<typeof listPolicyPresets>): ListedPresets {
    return this.drafts.presets();
  }
}
