import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import {
  controlSubject,
  type DraftPolicy,
  type getPolicy,
  type listPolicies,
  partsOf,
  type OrgName,
  type PolicyDocument,
  type PolicyName,
  type PolicyReport,
  type removePolicy,
} from '#contracts';
import { policyDecider, type PolicyCommand } from '#domain';
import { ApiProblem, canSee, invalidFields, pageOf } from '#platform';
import { Control } from '../control/control.js';
import type { Caller } from '../control/operator.js';
import { by } from '../control/recording.js';
import { spreadOf } from '../control/wait-for-gateways.js';
import { draftEntry, policyEntry, restrictionView, watchedBy } from './policy-entries.js';
import { findPolicy, maySeePolicy, orgMeant, requireTarget } from './policy-reach.js';
import { confirmationFor, documentOf, requireSound, reviewed } from './policy-review.js';

export type ListedPolicies = z.infer<typeof listPolicies.response>;
export type ShownPolicy = z.infer<typeof getPolicy.response>;
export type RemovedPolicy = z.infer<typeof removePolicy.response>;

/** Where a policy is meant to stand, and whether it is only asked what would come of it. */
export interface PolicyPlace {
  readonly name: PolicyName;
  readonly org_id?: OrgName | undefined;
  readonly dry_run: 'true' | 'false';
}

interface Named {
  readonly org: OrgName;
  readonly name: PolicyName;
}

const POLICIES_MAX = 10_000;
const RESTRICTED_SHOWN_MAX = 100;

/** The policies of an org: set, looked at, removed. */
@Injectable()
export class Policies {
  constructor(private readonly control: Control) {}

  /** @throws ApiProblem `confirmation_required` where it may stop every agent of the org and `confirm` does not say its name */
  async set(caller: Caller, place: PolicyPlace, draft: DraftPolicy): Promise<PolicyReport> {
    await this.control.barrier();
    const { view } = this.control;
    const { principal } = caller;
    const { name } = place;
    if (draft.name !== undefined && draft.name !== name) throw otherName(name);
    const org = orgMeant(view, principal, place.org_id);
    const document = documentOf(draft, name);
    requireTarget(principal, document.target, org);
    this.requirePlace(principal, { org, name });
    const warnings = reviewed(view, document, org);
    requireSound(warnings);
    const confirm = confirmationFor(document, org, warnings);
    const watches = watchedBy(view, principal, { org, target: document.target });
    const about = { ok: true, warnings, watches, confirm } as const;
    if (place.dry_run === 'true') return { ...about, ...this.planned(org, document) };
    if (confirm !== null && draft.confirm !== confirm) throw unconfirmed(confirm, watches.agents);
    const command = { type: 'SetPolicy', org, document } as const;
    const { changed, sequence } = await this.decide(caller, { org, name }, command);
    const spread = await spreadOf(this.control, sequence);
    const policy = policyEntry(view, findPolicy(view, principal, { org, name }));
    return { ...about, changed, dry_run: false, policy, ...spread };
  }

  private planned(org: OrgName, document: PolicyDocument) {
    const standing = this.control.view.policies.get(org, document.name);
    const decision = policyDecider.decide(
      { type: 'SetPolicy', org, document },
      standing ? { status: 'set', document: standing.document } : { status: 'absent' },
    );
    const changed = decision.accepted && decision.events.length > 0;
    return { changed, dry_run: true, policy: draftEntry(org, document) };
  }

  /** A policy may be replaced by who may rule over all that it watches. */
  private requirePlace(principal: Caller['principal'], { org, name }: Named): void {
    const { policies } = this.control.view;
    const standing = policies.get(org, name);
    if (standing !== null) return requireTarget(principal, standing.document.target, org);
    let count = 0;
    for (const _ of policies.all(org)) count += 1;
    if (count < POLICIES_MAX) return;
    const detail = `${org} has ${count} policies, which is the most there can be. Remove some, or join their rules.`;
    throw new ApiProblem('conflict', detail);
  }

  /** Without the log they are those that this node knows of. */
  async list(
    { principal }: Caller,
    query: z.infer<typeof listPolicies.query>,
  ): Promise<ListedPolicies> {
    await this.control.catchUp();
    const { view } = this.control;
    const { org_id, limit, cursor } = query;
    const records = [...view.policies.all(orgMeant(view, principal, org_id))]
      .filter((record) => maySeePolicy(principal, record))
      .sort((a, b) => (a.policy < b.policy ? -1 : 1));
    const page = pageOf(records, { limit, cursor, keyOf: ({ policy }) => policy });
    const policies = page.items.map((record) => policyEntry(view, record));
    return { ok: true, policies, next_cursor: page.next_cursor };
  }

  async get(
    { principal }: Caller,
    place: Pick<PolicyPlace, 'name' | 'org_id'>,
  ): Promise<ShownPolicy> {
    await this.control.catchUp();
    const { view, parts } = this.control;
    const org = orgMeant(view, principal, place.org_id);
    const record = findPolicy(view, principal, { org, name: place.name });
    const nowMs = parts.clock.nowMs();
    const restricts = [...view.policies.restrictedBy(org, record.policy)]
      .filter(({ untilMs }) => untilMs > nowMs)
      .filter(({ address }) => canSee(principal, org, partsOf(address).workspace))
      .slice(0, RESTRICTED_SHOWN_MAX)
      .map(restrictionView);
    const watches = watchedBy(view, principal, { org, target: record.document.target });
    return { ok: true, policy: { ...policyEntry(view, record), watches, restricts } };
  }

  /** Removing it twice changes nothing the second time. */
  async remove(caller: Caller, place: PolicyPlace): Promise<RemovedPolicy> {
    await this.control.barrier();
    const { view, parts } = this.control;
    const { name } = place;
    const org = orgMeant(view, caller.principal, place.org_id);
    const standing = view.policies.get(org, name);
    if (standing !== null) {
      findPolicy(view, caller.principal, { org, name });
      requireTarget(caller.principal, standing.document.target, org);
    }
    const nowMs = parts.clock.nowMs();
    const freed = [...view.policies.restrictedBy(org, name)].filter(
      ({ untilMs }) => untilMs > nowMs,
    ).length;
    const about = { ok: true, org_id: org, name, freed } as const;
    if (place.dry_run === 'true') {
      findPolicy(view, caller.principal, { org, name });
      return { ...about, changed: true, dry_run: true };
    }
    const command: PolicyCommand = { type: 'RemovePolicy', org, policy: name };
    const { changed, sequence } = await this.decide(caller, { org, name }, command);
    return { ...about, changed, dry_run: false, ...(await spreadOf(this.control, sequence)) };
  }

  private async decide(
    caller: Caller,
    { org, name }: Named,
    command: PolicyCommand,
  ): Promise<{ changed: boolean; sequence: number }> {
    const outcome = await this.control.decide({
      subject: controlSubject(org, null, 'policy', name),
      decider: policyDecider,
      command,
      about: by(caller, { org, workspace: null }),
    });
    if (outcome.accepted) return outcome;
    throw new ApiProblem('not_found', `There is no policy ${name} in ${org}.`);
  }
}

const otherName = (name: PolicyName): ApiProblem =>
  invalidFields([
    { in: 'body', path: 'name', message: `must be ${name}, as in the path, or left out` },
  ]);

const unconfirmed = (org: string, agents: number): ApiProblem => {
  const detail = `This policy may stop every agent of ${org} (${agents} now). If that is meant, send "confirm": "${org}" with it.`;
  return new ApiProblem('confirmation_required', detail, { details: { confirm: org, agents } });
};
