import { z } from 'zod';
import { Reason } from '../events/stop.events.js';
import { Address, OrgName } from '../names.js';
import { BacktestReport } from '../policy-backtest.js';
import { PolicyName } from '../policy-document.js';
import { Moment, nextCursor, ok, paging } from './paging.js';
import {
  DraftPolicy,
  PolicyEntry,
  PolicyFinding,
  PolicyPreset,
  PolicyView,
  RestrictionView,
  Watched,
} from './policy-wire.js';
import { defineRoute } from './route.js';
import { AddressText, Spread } from './stop-wire.js';

const named = z.object({ name: PolicyName });
/** Of an admin of the whole mesh: in which org. @default the caller's own */
const inOrg = { org_id: OrgName.optional() };
const dryRun = {
  /** `true`: says what would come of it, and changes nothing. */
  dry_run: z.enum(['true', 'false']).default('false'),
};

const Written = {
  ...ok,
  /** `false`: it was so already, and nothing was recorded. */
  changed: z.boolean(),
  dry_run: z.boolean(),
};

/** What became of a policy, or, in a dry run, what would become of it: then without `effective` and `missing`. */
export const PolicyReport = z.object({
  ...Written,
  policy: PolicyEntry,
  warnings: z.array(PolicyFinding),
  watches: Watched,
  /** What `confirm` must say for it; `null`: nothing. */
  confirm: z.string().nullable(),
  ...Spread.partial().shape,
});
export type PolicyReport = z.infer<typeof PolicyReport>;

export const setPolicy = defineRoute({
  id: 'policies.set',
  method: 'PUT',
  path: '/v1/mesh/policies/:name',
  access: { kind: 'operator', permission: 'policy:write' },
  summary:
    'Set a policy as a whole, written out or by a preset. Answers when every gateway has it.',
  axme: false,
  params: named,
  query: z.object({ ...inOrg, ...dryRun }),
  yaml: true,
  body: DraftPolicy,
  response: PolicyReport,
});

export const listPolicies = defineRoute({
  id: 'policies.list',
  method: 'GET',
  path: '/v1/mesh/policies',
  access: { kind: 'operator', permission: 'mesh:read' },
  summary: 'The policies of the org, by name.',
  axme: false,
  query: z.object({ ...inOrg, ...paging }),
  response: z.object({ ...ok, policies: z.array(PolicyEntry), ...nextCursor }),
});

export const getPolicy = defineRoute({
  id: 'policies.get',
  method: 'GET',
  path: '/v1/mesh/policies/:name',
  access: { kind: 'operator', permission: 'mesh:read' },
  summary: 'One policy, whom it watches now, and whom it restricts.',
  axme: false,
  params: named,
  query: z.object(inOrg),
  response: z.object({ ...ok, policy: PolicyView }),
});

export const removePolicy = defineRoute({
  id: 'policies.remove',
  method: 'DELETE',
  path: '/v1/mesh/policies/:name',
  access: { kind: 'operator', permission: 'policy:write' },
  summary: 'Remove a policy, with the restrictions that it left. Stops that it ordered stay.',
  axme: false,
  params: named,
  query: z.object({ ...inOrg, ...dryRun }),
  response: z.object({
    ...Written,
    org_id: OrgName,
    name: PolicyName,
    /** Agents that it throttled or blocked, and does no longer. */
    freed: z.number().int(),
    ...Spread.partial().shape,
  }),
});

export const lintPolicy = defineRoute({
  id: 'policies.lint',
  method: 'POST',
  path: '/v1/mesh/policies/lint',
  access: { kind: 'operator', permission: 'mesh:read' },
  summary: 'What is wrong with a policy and what is doubtful about it, all at once. Sets nothing.',
  axme: false,
  momentary: true,
  query: z.object(inOrg),
  yaml: true,
  /** The policy as written, with or without its name; whatever is wrong with it is told in the answer. */
  body: z.record(z.string().max(200), z.unknown()),
  response: z.object({
    ...ok,
    /** `false`: it could not be set. */
    valid: z.boolean(),
    findings: z.array(PolicyFinding),
    /** `null` where the target cannot be read. */
    watches: Watched.nullable(),
  }),
});

export const testPolicy = defineRoute({
  id: 'policies.test',
  method: 'POST',
  path: '/v1/mesh/policies/test',
  access: { kind: 'operator', permission: 'policy:write' },
  summary:
    'What a policy would have done to recorded activity: when, to whom, and what it would have saved.',
  axme: false,
  momentary: true,
  query: z.object(inOrg),
  body: z
    .strictObject({
      /** A draft, */
      policy: DraftPolicy.optional(),
      /** or the policy that stands by this name. */
      name: PolicyName.optional(),
      since: Moment,
      /** Milliseconds. @default 5000 */
      timeout_ms: z.number().int().min(100).max(30_000).default(5000),
    })
    .refine(
      ({ policy, name }) => (policy === undefined) !== (name === undefined),
      'must have exactly one of policy and name',
    ),
  response: BacktestReport,
});

export const liftRestriction = defineRoute({
  id: 'policies.lift',
  method: 'POST',
  path: '/v1/mesh/policies/:name/lift',
  access: { kind: 'operator', permission: 'stop:lift' },
  summary: 'Free an agent that the policy throttles or blocks, before its time is over.',
  axme: false,
  params: named,
  query: z.object(inOrg),
  body: z.strictObject({ agent: AddressText, reason: Reason }),
  response: z.object({
    ...ok,
    /** `false`: the policy restricted it no longer. */
    changed: z.boolean(),
    address: Address,
    lifted: z.array(RestrictionView),
    ...Spread.shape,
  }),
});

export const listPolicyPresets = defineRoute({
  id: 'policies.presets',
  method: 'GET',
  path: '/v1/mesh/policy-presets',
  access: { kind: 'operator', permission: 'mesh:read' },
  summary: 'Policies that are known by one word.',
  axme: false,
  response: z.object({
    ...ok,
    presets: z.array(
      z.object({ preset: PolicyPreset, description: z.string(), rules: DraftPolicy.shape.rules }),
    ),
  }),
});

export const policyRoutes = [
  setPolicy,
  listPolicies,
  getPolicy,
  removePolicy,
  lintPolicy,
  testPolicy,
  liftRestriction,
  listPolicyPresets,
] as const;
