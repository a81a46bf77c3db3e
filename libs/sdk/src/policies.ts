import {
  getPolicy,
  liftRestriction,
  lintPolicy,
  listPolicies,
  listPolicyPresets,
  removePolicy,
  setPolicy,
  testPolicy,
} from '#contracts';
import type { BodyOf, Caller } from './http/caller.js';
import type { CallOptions } from './http/transport.js';

/** In which org, for an admin of the whole mesh. @default the key's own */
export interface PolicyScope {
  readonly org_id?: string;
}

export interface PolicyChange extends PolicyScope {
  /** Says what would come of it, and changes nothing. */
  readonly dry_run?: boolean;
}

/** A policy as it is written, or a preset and its target. */
export type PolicyDraft = BodyOf<typeof setPolicy>;

const ANSWER_SLACK_MS = 3000;
const TEST_MS = 5000;

/** Policies of an org: agents that stop before anybody is called. */
export class PoliciesApi {
  constructor(private readonly caller: Caller) {}

  /**
   * Sets the policy as a whole; answers when every gateway has it, or says which has not.
   *
   * @throws EstopError `confirmation_required` where it may stop every agent of the org, and `confirm` does not name it.
   */
  set(name: string, draft: PolicyDraft, change: PolicyChange = {}, options?: CallOptions) {
    const query = queryOf(change);
    return this.caller.call(setPolicy, { params: { name }, query, body: draft }, options);
  }

  list(
    query: PolicyScope & { readonly limit?: number; readonly cursor?: string } = {},
    options?: CallOptions,
  ) {
    return this.caller.call(listPolicies, { query: { ...query } }, options);
  }

  get(name: string, scope: PolicyScope = {}, options?: CallOptions) {
    return this.caller.call(getPolicy, { params: { name }, query: { ...scope } }, options);
  }

  /** With the restrictions that it left. Stops that it ordered stay. */
  remove(name: string, change: PolicyChange = {}, options?: CallOptions) {
    const query = queryOf(change);
    return this.caller.call(removePolicy, { params: { name }, query }, options);
  }

  /** Everything that is wrong with it or doubtful about it; sets nothing. */
  lint(written: BodyOf<typeof lintPolicy>, scope: PolicyScope = {}, options?: CallOptions) {
    return this.caller.call(lintPolicy, { query: { ...scope }, body: written }, options);
  }

  /** What it would have done to recorded activity. */
  test(body: BodyOf<typeof testPolicy>, scope: PolicyScope = {}, options?: CallOptions) {
    const attemptTimeoutMs = (body.timeout_ms ?? TEST_MS) + ANSWER_SLACK_MS;
    const patient = { attemptTimeoutMs, ...options };
    return this.caller.call(testPolicy, { query: { ...scope }, body }, patient);
  }

  /** Frees an agent that the policy throttles or blocks, before its time is over. */
  lift(
    name: string,
    body: BodyOf<typeof liftRestriction>,
    scope: PolicyScope = {},
    options?: CallOptions,
  ) {
    const query = { ...scope };
    return this.caller.call(liftRestriction, { params: { name }, query, body }, options);
  }

  /** Policies that are known by one word. */
  presets(options?: CallOptions) {
    return this.caller.call(listPolicyPresets, {}, options);
  }
}

const queryOf = ({ dry_run, ...scope }: PolicyChange) => ({
  ...scope,
  ...(dry_run === undefined ? {} : { dry_run: String(dry_run) }),
});
