import type { RouteDefinition } from '#contracts';
import { judge, type Ask, type ControlView, type Verdict } from '#domain';
import { ApiProblem, type AnyCall, type Clock } from '#platform';
import { decisionOf, type Decision } from './decisions.js';
import { gateRules, type GatedCall } from './gate-rules.js';
import { refusal } from './stop-problem.js';

export interface GateOptions {
  readonly view: ControlView;
  readonly clock: Clock;
  /** `false`: this gateway cannot prove what it knows, so nothing passes. */
  ready(): boolean;
  /** Told of every decision that counts: what came in, and what was handed out. */
  onDecision(decision: Decision, verdict: Verdict): void;
}

/** Kept on the request itself, so that the collector has no weak map to go through. */
const VERDICTS = Symbol('estop.verdicts');
interface Judged {
  [VERDICTS]?: readonly Verdict[];
}

/**
 * The one gate. Every request to a route behind it is judged here before its handler runs (`admit` is the host's hook),
 * and whatever is handed out or comes later in a request is judged here too.
 */
export class Gate {
  constructor(private readonly options: GateOptions) {}

  /**
   * Judges a request by the rule of its route. @throws ApiProblem when a stop forbids it; routes that tell of the stop
   * in their answer (`tells`) are let through, and find the verdict by {@link verdictsOf}.
   */
  admit(route: RouteDefinition, call: AnyCall): void {
    if (route.access.kind !== 'gate' || call.principal === null) return;
    const rule = gateRules[route.id];
    if (rule === undefined) throw new Error(`the route ${route.id} has no rule at the gate`);
    const verdicts: Verdict[] = [];
    for (const ask of rule.asks(call as GatedCall)) {
      verdicts.push(rule.tells ? this.judge(ask, true) : this.require(ask));
    }
    (call.request as Judged)[VERDICTS] = verdicts;
  }

  ready(): boolean {
    return this.options.ready();
  }

  /** For what goes on beyond a request. @throws ApiProblem `gateway_fenced` */
  requireReady(): void {
    if (this.ready()) return;
    throw new ApiProblem('gateway_fenced', 'This gateway cannot prove its state. Try another one.');
  }

  /** What `admit` found, in the order of the rule's asks. */
  verdictsOf(call: { readonly request: object }): readonly Verdict[] {
    return (call.request as Judged)[VERDICTS] ?? [];
  }

  /** The verdict of this moment. `counted`: as a decision of its own, for the audit. */
  judge(ask: Ask, counted = false): Verdict {
    const verdict = judge(this.options.view, ask, this.options.clock.nowMs());
    if (counted) this.options.onDecision(decisionOf(ask, verdict), verdict);
    return verdict;
  }

  /** @throws ApiProblem when a stop forbids it. */
  require(ask: Ask): Verdict {
    const verdict = this.judge(ask, true);
    if (!verdict.allowed) throw refusal(ask, verdict);
    return verdict;
  }

  /** Like {@link require}, for what `admit` has counted already: only a refusal is counted again. */
  recheck(ask: Ask): Verdict {
    const verdict = this.judge(ask);
    if (verdict.allowed) return verdict;
    this.options.onDecision(decisionOf(ask, verdict), verdict);
    throw refusal(ask, verdict);
  }
}
