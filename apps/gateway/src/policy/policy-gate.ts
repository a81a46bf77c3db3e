import type { Address } from '#contracts';
import {
  LocalPolicies,
  type Ask,
  type ControlView,
  type GateAct,
  type LocalAct,
  type LocalAsk,
  type LocalGround,
} from '#domain';
import type { Clock } from '#platform';

export interface PolicyGateOptions {
  readonly view: ControlView;
  readonly clock: Pick<Clock, 'nowMs'>;
}

/** What the rules that a gateway decides by itself say to an act; `at`: to which of its asks. */
export type PolicyWord =
  | { readonly kind: 'pass' }
  | { readonly kind: 'warn'; readonly at: number; readonly ground: LocalGround }
  | {
      readonly kind: 'refuse';
      readonly at: number;
      readonly ground: LocalGround;
      /** `null`: waiting does not help. */
      readonly retryAfterMs: number | null;
    };

export const NO_OBJECTION: PolicyWord = { kind: 'pass' };

const ACTS: Partial<Record<GateAct, LocalAct>> = {
  send: 'send',
  receive: 'receive',
  guard: 'guard',
};

/** One question for all: asking makes nothing that would have to be collected. */
class Question {
  address = '' as Address;
  act: LocalAct = 'send';
  name: string | null = null;
  nowMs = 0;

  constructor(private readonly view: ControlView) {}

  /** Looked up where a rate is shared alone. */
  get gateways(): number {
    return Math.max(1, this.view.gateways().length);
  }

  /** `false`: no policy watches such an act. */
  about({ address, act, capability }: Ask, nowMs: number): boolean {
    const local = ACTS[act];
    if (local === undefined || address.startsWith('queue:')) return false;
    this.address = address as Address;
    this.act = local;
    this.name = capability === null ? null : capability.slice(capability.indexOf(':') + 1);
    this.nowMs = nowMs;
    return true;
  }
}

/** Policies, as far as one gateway decides them: in the turn of the gate's verdict, from memory. */
export class PolicyGate {
  private readonly local = new LocalPolicies();
  private readonly question: Question & LocalAsk;

  constructor(private readonly options: PolicyGateOptions) {
    this.question = new Question(options.view);
  }

  /** Asked for what no stop forbids. What passes as a whole counts from now on; the first refusal decides. */
  judge(asks: readonly Ask[]): PolicyWord {
    const nowMs = this.options.clock.nowMs();
    let word = NO_OBJECTION;
    for (let at = 0; at < asks.length; at += 1) {
      const said = this.ask(asks[at] as Ask, at, nowMs);
      if (said.kind === 'refuse') return said;
      if (word.kind === 'pass') word = said;
    }
    for (let at = 0; at < asks.length; at += 1) this.admitted(asks[at] as Ask, nowMs);
    return word;
  }

  /** Whether what the agent does is to be told without delay. */
  watches(address: Address): boolean {
    return this.local.policiesFor(this.options.view, address).all.length > 0;
  }

  private ask(ask: Ask, at: number, nowMs: number): PolicyWord {
    const { question, local } = this;
    if (!question.about(ask, nowMs)) return NO_OBJECTION;
    const said = local.verdict(this.options.view, question);
    return said.kind === 'pass' ? NO_OBJECTION : { ...said, at };
  }

  private admitted(ask: Ask, nowMs: number): void {
    if (this.question.about(ask, nowMs)) this.local.admitted(this.options.view, this.question);
  }
}
