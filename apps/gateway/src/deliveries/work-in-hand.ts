import type { Address, AddressParts, IntentId } from '#contracts';
import type { ControlChange, Hold } from '#domain';
import type { Clock } from '#platform';
import type { Gate } from '../gate/gate.js';
import { BoundedMap } from '../intents/bounded-map.js';

/** An intent that was delivered through this gateway and is not answered yet. */
export interface Hand {
  readonly intentId: IntentId;
  readonly intentType: string;
  readonly to: AddressParts;
  readonly agent: Address;
  readonly token: string;
  readonly untilMs: number;
  /** Makes room in the stream that it went through. */
  free(): void;
}

export interface WorkInHandOptions {
  readonly gate: Gate;
  readonly clock: Clock;
  readonly visibilityMs: number;
  /** Takes it back from a stopped agent. */
  giveBack(hand: Hand, hold: Hold): void;
}

const HANDS_MAX = 200_000;
const SWEEP_MS = 1000;

/** What agents have from this gateway: a stop takes it back at once, an answer or the end of its visibility frees it. */
export class WorkInHand {
  private readonly hands = new BoundedMap<IntentId, Hand>(HANDS_MAX, (hand) => hand.free());
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly options: WorkInHandOptions) {}

  get size(): number {
    return this.hands.size;
  }

  start(): void {
    this.timer = setInterval(() => this.sweep(), SWEEP_MS);
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
  }

  add(hand: Omit<Hand, 'untilMs'>): void {
    this.hands.set(hand.intentId, { ...hand, untilMs: this.until() });
  }

  /** Its visibility time began anew, here or where it was delivered. */
  renew(hand: Omit<Hand, 'untilMs' | 'free'>): void {
    const known = this.hands.get(hand.intentId);
    this.add({ ...hand, free: known?.free ?? (() => undefined) });
  }

  answered(intentId: IntentId): void {
    const hand = this.hands.get(intentId);
    if (hand === undefined) return;
    this.hands.delete(intentId);
    hand.free();
  }

  holds(agent: Address): boolean {
    for (const hand of this.hands.values()) if (hand.agent === agent) return true;
    return false;
  }

  /** How much a stop of those would take back. */
  count(covered: (address: Address) => boolean): number {
    return this.those(({ agent }) => covered(agent)).length;
  }

  /**
   * Takes back what a change of the control log takes from its agents. A drain takes nothing back. Answers how much it
   * took.
   */
  review(change: Pick<ControlChange, 'touches'>): number {
    let taken = 0;
    for (const hand of this.those(({ agent }) => change.touches(agent))) {
      const capability = `intent:${hand.intentType}`;
      const verdict = this.options.gate.judge({ address: hand.agent, act: 'deliver', capability });
      if (verdict.allowed || verdict.hold === null || verdict.hold.mode === 'drain') continue;
      this.answered(hand.intentId);
      this.options.giveBack(hand, verdict.hold);
      taken += 1;
    }
    return taken;
  }

  private sweep(): void {
    const nowMs = this.options.clock.monotonicMs();
    for (const { intentId } of this.those(({ untilMs }) => untilMs <= nowMs))
      this.answered(intentId);
  }

  /** Mostly none: nothing is copied for the others. */
  private those(wanted: (hand: Hand) => boolean): Hand[] {
    const found: Hand[] = [];
    for (const hand of this.hands.values()) if (wanted(hand)) found.push(hand);
    return found;
  }

  private until(): number {
    return this.options.clock.monotonicMs() + this.options.visibilityMs;
  }
}
