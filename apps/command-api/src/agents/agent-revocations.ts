import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { controlSubject, type Address, type revokeAgent } from '#contracts';
import { agentDecider } from '#domain';
import { Control } from '../control/control.js';
import type { Caller } from '../control/operator.js';
import { ProvenSpreads } from '../control/proven-spread.js';
import { by } from '../control/recording.js';
import { rejected } from '../control/rejections.js';
import { AgentHealth } from './agent-health.js';
import { findRegistered } from './agent-reference.js';

export type RevokedAgent = z.infer<typeof revokeAgent.response>;

const SHOWN_MAX = 1000;

/** Ends agents for good: every key of them, and of all that were registered on their behalf. */
@Injectable()
export class AgentRevocations {
  constructor(
    private readonly control: Control,
    private readonly health: AgentHealth,
    private readonly spreads: ProvenSpreads,
  ) {}

  /** Revoking it twice changes nothing the second time. */
  async revoke(caller: Caller, agent: string, reason: string | null): Promise<RevokedAgent> {
    await this.control.barrier();
    const { view } = this.control;
    const record = findRegistered({ view, caller: caller.principal }, agent);
    const { address, org, workspace, name } = record;
    const outcome = await this.control.decide({
      subject: controlSubject(org, workspace, 'agent', name),
      decider: agentDecider,
      command: { type: 'RevokeAgent', address, reason },
      about: by(caller, { org, workspace }, reason),
    });
    if (!outcome.accepted) throw rejected(outcome.rejection, `The agent ${address}`);
    const spread = await this.spreads.of(outcome.sequence, this.lineageBelow(address));
    const revoked = this.lineageBelow(address);
    return {
      ok: true,
      changed: outcome.changed,
      agent: await this.health.mark(address),
      revoked: revoked.slice(0, SHOWN_MAX),
      revoked_total: revoked.length,
      contained: spread.contained,
      gateways: [...spread.gateways],
      effective: spread.effective,
      missing: spread.missing,
    };
  }

  private lineageBelow(address: Address): Address[] {
    const line = [address];
    // It grows while it is walked.
    for (const one of line) line.push(...this.control.view.childrenOf(one));
    return line;
  }
}
