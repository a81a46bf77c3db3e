import { Injectable } from '@nestjs/common';
import {
  controlSubject,
  partsOf,
  type BreachAnswer,
  type BreachOutcome,
  type BreachRequest,
  type StopMode,
  type StopOrderId,
} from '#contracts';
import { breachDecider, perSecondOf, restrictionDecider, type BreachEvent } from '#domain';
import { ApiProblem } from '#platform';
import { AgentRevocations } from '../agents/agent-revocations.js';
import { CommandMetrics } from '../command-metrics.js';
import { Control } from '../control/control.js';
import { answering } from '../control/log-problem.js';
import { by } from '../control/recording.js';
import { within } from '../control/within.js';
import { StopCommands } from '../stops/stop-commands.js';
import { breachSubject, restrictionSubject, stopOrderIdOf } from './breach-ids.js';
import { checkBreach } from './breach-check.js';
import { policyCaller } from './policy-caller.js';

type Told = BreachEvent['data'];

/** A node that has not read so far waits so long for its own reading. */
const READ_MS_MAX = 500;
/** The log is given so long before the stop goes out without it. */
const TELL_MS_MAX = 250;

/**
 * Carries out what a policy does about a breach. The breach is told in the log once, then what follows from it is done; both
 * can be repeated after a crash in the middle, and neither is done twice. Without the log the stop goes out all the same.
 */
@Injectable()
export class Breaches {
  constructor(
    private readonly control: Control,
    private readonly stops: StopCommands,
    private readonly revocations: AgentRevocations,
    private readonly metrics: CommandMetrics,
  ) {}

  async handle(request: BreachRequest): Promise<BreachAnswer> {
    const { policySequence } = request;
    if (!(await this.control.parts.log.until(policySequence, READ_MS_MAX))) {
      return refused('unavailable', `this node has not read the log up to ${policySequence}`);
    }
    const objection = checkBreach(this.control.view, request);
    if (objection !== null) return this.objected(request, objection);
    try {
      return await this.carryOut(request);
    } catch (error) {
      if (error instanceof ApiProblem) return refused('unavailable', error.message);
      throw error;
    }
  }

  /** What was told before the policy changed is brought to its end. */
  private async objected(
    request: BreachRequest,
    objection: Extract<BreachAnswer, { ok: false }>,
  ): Promise<BreachAnswer> {
    if (objection.code !== 'policy_changed') return objection;
    try {
      const told = await this.toldBefore(request);
      return told === null ? objection : await this.finish(request, told, true);
    } catch (error) {
      if (error instanceof ApiProblem) return refused('unavailable', error.message);
      throw error;
    }
  }

  private async carryOut(request: BreachRequest): Promise<BreachAnswer> {
    const told = await within(TELL_MS_MAX, this.tell(request), null);
    if (told !== null) return this.finish(request, told.data, !told.isNew);
    // In doubt the agent is stopped; the breach itself is told when the evaluator repeats it.
    await this.stopOnly(request);
    return refused('unavailable', 'the control log takes no breach now');
  }

  /** `null`: the log cannot be reached. */
  private async tell(request: BreachRequest): Promise<{ data: Told; isNew: boolean } | null> {
    const data = this.toldOf(request);
    try {
      const outcome = await this.control.decideNew({
        subject: breachSubject(request.address, request.breachId),
        decider: breachDecider,
        command: { type: 'TellBreach', ...data },
        about: by(policyCaller(request), partsOf(request.address), request.evidence.says),
      });
      if (outcome !== null) {
        this.metrics.breached(data.outcome);
        return { data, isNew: true };
      }
      const before = await this.toldBefore(request);
      return before && { data: before, isNew: false };
    } catch (error) {
      if (error instanceof ApiProblem && error.code === 'log_unavailable') return null;
      throw error;
    }
  }

  private async toldBefore({ address, breachId }: BreachRequest): Promise<Told | null> {
    const subject = breachSubject(address, breachId);
    const stored = await answering(() => this.control.parts.store.first(subject));
    if (stored === null || !stored.decoded.known) return null;
    const { event } = stored.decoded;
    return event.type === 'PolicyBreached' ? event.data : null;
  }

  private async finish(
    request: BreachRequest,
    told: Told,
    isRepeat: boolean,
  ): Promise<BreachAnswer> {
    const { outcome, orderId } = told;
    if (outcome === 'stop') await this.stopOnce(request, told, isRepeat);
    else if (outcome === 'throttle' || outcome === 'block') await this.restrict(request);
    else if (outcome === 'revoke') await this.revoke(request);
    return { ok: true, outcome, orderId };
  }

  private async stopOnce(request: BreachRequest, told: Told, isRepeat: boolean): Promise<void> {
    const { mode, orderId } = told;
    // Another order held the agent already.
    if (mode === null || orderId !== stopOrderIdOf(request.breachId)) return;
    if (isRepeat && (await this.wasOrdered(request, orderId))) return;
    await this.stop(request, mode);
  }

  /** Lifted ones too: what people have lifted is not ordered again. */
  private async wasOrdered({ address }: BreachRequest, orderId: StopOrderId): Promise<boolean> {
    if (this.control.view.order(orderId) !== null) return true;
    const { org, workspace } = partsOf(address);
    const subject = controlSubject(org, workspace, 'stop', orderId);
    return (await answering(() => this.control.parts.store.first(subject))) !== null;
  }

  private async stopOnly(request: BreachRequest): Promise<void> {
    const { mode, orderId } = this.toldOf(request);
    if (mode === null || orderId === null || this.control.view.order(orderId) !== null) return;
    await this.stop(request, mode);
  }

  private async stop(request: BreachRequest, mode: StopMode): Promise<void> {
    await this.stops.order({
      caller: policyCaller(request),
      mode,
      selector: { agent: request.address },
      details: { reason: reasonOf(request), wait: 'none', timeout_ms: 0 },
      orderId: stopOrderIdOf(request.breachId),
    });
  }

  private async restrict(request: BreachRequest): Promise<void> {
    const { address, org, policy, rule, breachId, action, until } = request;
    if (until === null) return;
    const perSecond = typeof action === 'object' ? perSecondOf(action.throttle) : 0;
    await this.control.decide({
      subject: restrictionSubject(address, breachId),
      decider: restrictionDecider,
      command: { type: 'RestrictAgent', address, org, policy, rule, breachId, perSecond, until },
      about: by(policyCaller(request), partsOf(address), reasonOf(request)),
    });
  }

  /** Where the very stop stands already, that is the one that holds the agent. */
  private toldOf(request: BreachRequest): Told {
    const { breachId, org, policy, policySequence, rule, address, evidence } = request;
    const outcome = outcomeOf(request);
    const mode = outcome === 'stop' ? (request.action as StopMode) : null;
    const standing = mode && this.control.view.standingOn(mode, { agent: address });
    return {
      ...{ breachId, org, policy, policySequence, rule, address, outcome, mode, evidence },
      orderId: mode === null ? null : (standing?.orderId ?? stopOrderIdOf(breachId)),
    };
  }

  /** Nobody is left to be revoked where the agent was never registered. */
  private async revoke(request: BreachRequest): Promise<void> {
    if (this.control.view.agent(request.address) === null) return;
    await this.revocations.revoke(policyCaller(request), request.address, reasonOf(request));
  }
}

const REASON_MAX = 500;

/** What people read who ask why the agent stands still. */
const reasonOf = ({ policy, rule, evidence }: BreachRequest): string =>
  `policy ${policy}, rules.${rule}: ${evidence.says}`.slice(0, REASON_MAX);

const outcomeOf = ({ action, brake }: BreachRequest): BreachOutcome => {
  if (brake !== null) return 'braked';
  if (typeof action === 'object') return 'throttle';
  return action === 'alert' || action === 'block' || action === 'revoke' ? action : 'stop';
};

const refused = (
  code: Extract<BreachAnswer, { ok: false }>['code'],
  message: string,
): Extract<BreachAnswer, { ok: false }> => ({ ok: false, code, message });
