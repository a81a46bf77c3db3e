import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { liftRestriction, OrgName, PolicyName } from '#contracts';
import { restrictionDecider, type RestrictionRecord } from '#domain';
import { findAgent } from '../agents/agent-reference.js';
import { Control } from '../control/control.js';
import type { Caller } from '../control/operator.js';
import { by } from '../control/recording.js';
import { spreadOf } from '../control/wait-for-gateways.js';
import { restrictionSubject } from './breach-ids.js';
import { restrictionView } from './policy-entries.js';
import { findPolicy, orgMeant } from './policy-reach.js';

export type LiftedRestriction = z.infer<typeof liftRestriction.response>;
type Body = z.infer<typeof liftRestriction.body>;

interface Place {
  readonly name: PolicyName;
  readonly org_id?: OrgName | undefined;
}

/** Frees agents that a policy throttles or blocks, before their time is over. */
@Injectable()
export class RestrictionLifts {
  constructor(private readonly control: Control) {}

  /** Lifting it twice changes nothing the second time. */
  async lift(caller: Caller, place: Place, body: Body): Promise<LiftedRestriction> {
    await this.control.barrier();
    const { view } = this.control;
    const { principal } = caller;
    const field = { in: 'body', path: 'agent' } as const;
    const org = orgMeant(view, principal, place.org_id);
    findPolicy(view, principal, { org, name: place.name });
    const { address } = findAgent({ view, caller: principal, field }, body.agent);
    const standing = [...view.policies.restrictionsOf(address)].filter(
      ({ org: of, policy }) => of === org && policy === place.name,
    );
    const outcomes = await Promise.all(standing.map((it) => this.end(caller, it, body.reason)));
    const sequence = Math.max(view.position, ...outcomes.map((outcome) => outcome.sequence));
    const spread = await spreadOf(this.control, sequence);
    const lifted = standing.map(restrictionView);
    const changed = outcomes.some((outcome) => outcome.changed);
    return { ok: true, changed, address, lifted, ...spread };
  }

  private async end(caller: Caller, restriction: RestrictionRecord, reason: string) {
    const { address, org, policy, breachId } = restriction;
    const [, workspace = null] = address.slice('agent://'.length).split('/');
    const outcome = await this.control.decide({
      subject: restrictionSubject(address, breachId),
      decider: restrictionDecider,
      command: { type: 'LiftRestriction', address, org, policy },
      about: by(caller, { org, workspace }, reason),
    });
    if (!outcome.accepted) throw new Error('a restriction can always be lifted');
    return outcome;
  }
}
