import { partsOf, type Destination, type Principal, type RouteDefinition } from '#contracts';
import { judge, type Ask, type ControlView, type Verdict } from '#domain';
import { ApiProblem, type AnyCall, type Clock } from '#platform';
import { NO_OBJECTION, type PolicyGate, type PolicyWord } from '../policy/policy-gate.js';
import { policyProblem } from '../policy/policy-problem.js';
import { decisionOf, type Decision, type DecisionNotes, type LateRefusal } from './decisions.js';
import { gateRules, type GatedCall, type GateRule } from './gate-rules.js';
import type { HandOver, Offered } from './hand-over.js';
import {
  isAllowed,
  isLetIn,
  judgedOf,
  keepJudged,
  NOTHING,
  type JudgedCall,
} from './judged-call.js';
import { refuseRevokedKey } from './key-look.js';
import { refusal } from './stop-problem.js';

export interface GateOptions {
  readonly view: ControlView;
  readonly clock: Clock;
  /** `false`: this gateway cannot prove what it knows, so nothing passes. Asked for every request. */
  ready(): boolean;
  /** While not ready: whether what it knew may serve those namespaces that chose `on_fence: allow`. @default never */
  hasState?(): boolean;
  /** The rules of policies that are decided here. @default none */
  readonly policies?: PolicyGate;
  /** Told of every decision that counts: what came in, and what was handed out. */
  onDecision(decision: Decision, verdict: Verdict): void;
  /** Something passed without a proof, by the choice of its namespaces. */
  onStale?(what: string): void;
  /** The lease ran out between the look at the clock and the sending. */
  onLate?(handed: HandOver): void;
}

export const STALE_HEADER = 'x-estop-stale';
export const WARNING_HEADER = 'x-estop-warning';

/**
 * The one gate. Every request to a route behind it is judged here before its handler runs (`admit` is the host's hook),
 * and whatever is handed over is judged here in the very turn of the event loop in which it is sent.
 */
export class Gate {
  constructor(private readonly options: GateOptions) {}

  /**
   * Judges a request by the rule of its route. @throws ApiProblem when a stop or a policy forbids it; routes that tell of
   * that in their answer (`tells`) are let through, and find out by {@link verdictsOf} and {@link policyWordOf}.
   */
  admit(route: RouteDefinition, call: AnyCall): void {
    if (route.access.kind !== 'gate' || call.principal === null) return;
    const rule = gateRules[route.id];
    if (rule === undefined) throw new Error(`the route ${route.id} has no rule at the gate`);
    const gated = call as GatedCall;
    const asks = rule.asks(gated);
    const isStale = !this.ready();
    if (isStale) this.admitStale(route, gated, asks);
    const judged = this.judgeAll(asks);
    this.note(judged, gated, { rule, isStale });
    if (!rule.tells) this.refuse(judged);
    warn(gated, judged);
    keepJudged(call, judged);
  }

  /** Sends the answer of a route where that is what is handed over. @throws ApiProblem */
  answer<T>(route: RouteDefinition, call: AnyCall, send: () => T): T {
    if (call.principal === null) return send();
    refuseRevokedKey(this.options.view, call.principal.keyId);
    const rule = gateRules[route.id];
    if (!rule?.answers) return send();
    const gated = call as GatedCall;
    const asks = rule.tells ? NOTHING.asks : this.asksOf(call);
    return this.handOver(this.handing(route.id, gated, { asks, parties: senderOf(gated) }), send);
  }

  ready(): boolean {
    return this.options.ready();
  }

  /** Whether this may go on without a proof. Nobody's traffic never may. */
  servesStale(parties: readonly Destination[]): boolean {
    const { view, hasState } = this.options;
    if (parties.length === 0 || hasState === undefined || !hasState()) return false;
    return parties.every((address) => {
      const { org, workspace } = partsOf(address);
      return view.workspace(org, workspace)?.onFence === 'allow';
    });
  }

  /** For what goes on beyond a request. */
  passes(parties: readonly Destination[]): boolean {
    return this.ready() || this.servesStale(parties);
  }

  /** For the rim, before the request is read. */
  servesUnproven(principal: Principal): boolean {
    return principal.kind === 'sa' && this.servesStale([principal.address]);
  }

  /** What `admit` found, in the order of the rule's asks. */
  verdictsOf(call: { readonly request: object }): readonly Verdict[] {
    return judgedOf(call).verdicts;
  }

  /** What the rules of policies said to it; only asked where no stop forbids. */
  policyWordOf(call: { readonly request: object }): PolicyWord {
    return judgedOf(call).word;
  }

  asksOf(call: { readonly request: object }): readonly Ask[] {
    return judgedOf(call).asks;
  }

  /** Counts how an act ended that a session or a cap could still refuse (`isOpen`); once. */
  ended(call: { readonly request: object }, refused: LateRefusal | null): void {
    const judged = judgedOf(call);
    const notes = judged.open;
    judged.open = null;
    // What an operator may not is on nobody's account; else the one who acts is asked first.
    if (refused !== null && judged.asks[0]?.act === 'receive') return;
    if (notes !== null) this.count(judged, { ...notes, refused });
  }

  /** The verdict of this moment. */
  judge(ask: Ask): Verdict {
    return judge(this.options.view, ask, this.options.clock.nowMs());
  }

  /** The verdict of this moment, counted as a decision of its own for the audit. */
  decide(ask: Ask, isStale = false): Verdict {
    const verdict = this.judge(ask);
    this.options.onDecision(decisionOf(ask, verdict, { isStale }), verdict);
    return verdict;
  }

  /** Like {@link judge}, for what `admit` has counted already: only a refusal is counted again. @throws ApiProblem */
  recheck(ask: Ask): Verdict {
    const verdict = this.judge(ask);
    if (verdict.allowed) return verdict;
    this.options.onDecision(decisionOf(ask, verdict), verdict);
    throw refusal(ask, verdict);
  }

  /**
   * Sends, unless a stop forbids it or nothing is proven at this very moment; then looks at the clock again, and what went
   * out past the lease is taken back as far as it can be: its connection is broken, and it is counted by name.
   */
  offer<T>(handing: HandOver, send: () => T): Offered<T> {
    for (const ask of handing.asks) {
      const verdict = this.judge(ask);
      if (!verdict.allowed) return { sent: false, refusal: { ask, verdict } };
    }
    const isProven = this.ready();
    if (!isProven && !this.servesStale(handing.parties)) return { sent: false, refusal: null };
    if (!isProven) handing.flag();
    const value = send();
    if (isProven && !this.passes(handing.parties)) this.late(handing);
    return { sent: true, value };
  }

  /** Like {@link offer}. @throws ApiProblem where that does not send */
  handOver<T>(handing: HandOver, send: () => T): T {
    if (handing.keyId !== undefined) refuseRevokedKey(this.options.view, handing.keyId);
    const offered = this.offer(handing, send);
    if (offered.sent) return offered.value;
    if (offered.refusal === null) throw fenced();
    const { ask, verdict } = offered.refusal;
    this.options.onDecision(decisionOf(ask, verdict), verdict);
    throw refusal(ask, verdict);
  }

  /** What a request hands over: into the log, or to its own caller. */
  handing(
    what: string,
    call: Pick<GatedCall, 'principal' | 'request' | 'reply'>,
    more: Pick<HandOver, 'asks' | 'parties'> & { readonly intentId?: string },
  ): HandOver {
    const { principal, reply } = call;
    return {
      what,
      keyId: principal.keyId,
      agent: principal.kind === 'sa' ? principal.address : principal.keyId,
      intentId: more.intentId ?? null,
      asks: more.asks,
      parties: more.parties,
      destroy: () => reply.raw.destroy(),
      flag: () => this.flag(what, call),
    };
  }

  private admitStale(route: RouteDefinition, call: GatedCall, asks: readonly Ask[]): void {
    const parties = senderOf(call);
    const others = parties.length === 0 ? [] : asks.map(({ address }) => address);
    if (!this.servesStale([...parties, ...others])) throw fenced();
    this.flag(route.id, call);
  }

  private flag(what: string, { reply }: Pick<GatedCall, 'reply'>): void {
    if (reply.sent || reply.hasHeader(STALE_HEADER)) return;
    void reply.header(STALE_HEADER, 'true');
    this.options.onStale?.(what);
  }

  /** Policies are asked where no stop forbids. */
  private judgeAll(asks: readonly Ask[]): JudgedCall {
    const verdicts: Verdict[] = [];
    for (const ask of asks) verdicts.push(this.judge(ask));
    const { policies } = this.options;
    const isFree = policies !== undefined && verdicts.every(isAllowed);
    return { asks, verdicts, word: isFree ? policies.judge(asks) : NO_OBJECTION, open: null };
  }

  /** Counts it, or leaves that to the handler. */
  private note(
    judged: JudgedCall,
    call: GatedCall,
    { rule, isStale }: { readonly rule: GateRule; readonly isStale: boolean },
  ): void {
    const notes = { isStale, declared: rule.declares?.(call) ?? null };
    if (isLetIn(judged) && rule.isOpen?.(call)) judged.open = notes;
    else this.count(judged, notes);
  }

  /** Up to the first refusal, for the audit; what a policy refuses is the account of the one whose rule it is. */
  private count({ asks, verdicts, word }: JudgedCall, notes: DecisionNotes): void {
    const at = word.kind === 'pass' ? -1 : word.at;
    for (let index = word.kind === 'refuse' ? at : 0; index < asks.length; index += 1) {
      const verdict = verdicts[index] as Verdict;
      const said = index === at && word.kind !== 'pass' ? word : null;
      const decision = decisionOf(asks[index] as Ask, verdict, { ...notes, word: said });
      this.options.onDecision(decision, verdict);
      if (decision.refusedBy !== null) return;
    }
  }

  /** @throws ApiProblem */
  private refuse({ asks, verdicts, word }: JudgedCall): void {
    const at = verdicts.findIndex((verdict) => !verdict.allowed);
    const verdict = verdicts[at];
    if (verdict !== undefined && !verdict.allowed) throw refusal(asks[at] as Ask, verdict);
    if (word.kind !== 'refuse') return;
    throw policyProblem(this.options.view, asks[word.at] as Ask, word);
  }

  private late(handed: HandOver): void {
    this.options.onLate?.(handed);
    handed.destroy();
  }
}

const warn = ({ reply }: GatedCall, { word }: JudgedCall): void => {
  if (word.kind === 'warn') void reply.header(WARNING_HEADER, word.ground.says);
};

const fenced = (): ApiProblem =>
  new ApiProblem('gateway_fenced', 'This gateway cannot prove its state. Try another one.');

/** Operators' traffic never passes without a proof. */
const senderOf = ({ principal }: Pick<GatedCall, 'principal'>): readonly Destination[] =>
  principal.kind === 'sa' ? [principal.address] : [];
