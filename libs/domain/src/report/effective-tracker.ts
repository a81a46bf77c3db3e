import type {
  Cut,
  GatewayId,
  PositionReport,
  Receipt,
  RegionName,
  Selector,
  StopOrderId,
} from '#contracts';
import type { GatewayMember } from '../control/control-records.js';

/** What is asked about: a place in the log, and the stop that stands there, if it is one. */
export interface Effect {
  /** The sequence that every gateway must have applied. */
  readonly sequence: number;
  /** `null` for anything but a stop: a lift, a revoked key, a registration. */
  readonly order: { readonly orderId: StopOrderId; readonly selector: Selector } | null;
}

/** One gateway's part; `null` where it was the position that told, or nothing did. The words are those of the API. */
export interface GatewayEffect {
  readonly gateway: GatewayId;
  readonly region: RegionName;
  readonly state: 'acked' | 'missing';
  readonly applied_after_ms: number | null;
  readonly cut: Cut | null;
}

export interface Effective {
  readonly acked: number;
  readonly of: number;
  /** Whether no gateway can admit the target any more. `null`: not known, since gateways hold no leases yet. */
  readonly contained: null;
  readonly gateways: readonly GatewayEffect[];
}

interface Heard {
  readonly boot: number;
  readonly position: number;
  readonly heardMs: number;
  readonly receipts: Map<StopOrderId, Receipt>;
}

/** So many receipts of each gateway are kept, the newest. */
export const RECEIPTS_KEPT_MAX = 1000;

/**
 * Keeps what the gateways said, and tells how far an order or any other change has come. Reports may come twice, late or
 * in another order. A report counts for its own boot alone, and what a higher boot said replaces all that its forerunner
 * said: it may have been cut before it forgot.
 */
export class EffectiveTracker {
  readonly #heard = new Map<GatewayId, Heard>();
  readonly #firstMissedMs = new Map<GatewayId, { readonly boot: number; readonly ms: number }>();

  /** @param nowMs any clock that never goes back, in milliseconds; the same as for `silent`. */
  report(report: PositionReport, nowMs: number): void {
    const { gateway, boot } = report;
    const before = this.#heard.get(gateway);
    if (before && before.boot > boot) return;
    const { position, receipts } =
      before?.boot === boot ? before : { position: 0, receipts: new Map() };
    for (const receipt of report.receipts) keep(receipts, receipt);
    const reached = Math.max(position, report.position);
    this.#heard.set(gateway, { boot, position: reached, heardMs: nowMs, receipts });
  }

  /** How far it has come at the gateways that count; each is named. */
  effective(effect: Effect, members: readonly GatewayMember[]): Effective {
    const gateways = members.map((member) => this.#effectAt(member, effect));
    const acked = gateways.filter(({ state }) => state === 'acked').length;
    return { acked, of: gateways.length, contained: null, gateways };
  }

  /** Whether every gateway that counts has said so. */
  everywhere(effect: Effect, members: readonly GatewayMember[]): boolean {
    return members.every((member) => this.#effectAt(member, effect).state === 'acked');
  }

  /**
   * The members that said nothing for so long, with the length of their silence. One that was never heard is counted from
   * when it was first asked about.
   */
  silent(
    members: readonly GatewayMember[],
    nowMs: number,
    limitMs: number,
  ): { readonly member: GatewayMember; readonly silentForMs: number }[] {
    return members
      .map((member) => ({ member, silentForMs: nowMs - this.#lastHeardMs(member, nowMs) }))
      .filter(({ silentForMs }) => silentForMs >= limitMs);
  }

  /** Forgets gateways that are members no more, so that what is kept stays as small as the mesh. */
  retain(members: readonly GatewayMember[]): void {
    const names = new Set(members.map(({ gateway }) => gateway));
    for (const index of [this.#heard, this.#firstMissedMs]) {
      for (const gateway of index.keys()) if (!names.has(gateway)) index.delete(gateway);
    }
  }

  #effectAt(member: GatewayMember, effect: Effect): GatewayEffect {
    const { gateway, region } = member;
    const heard = this.#heardOf(member);
    const receipt = receiptIn(heard, effect);
    return {
      gateway,
      region,
      state: isApplied(heard, receipt, effect) ? 'acked' : 'missing',
      applied_after_ms: receipt ? receipt.appliedAfterMs : null,
      cut: receipt ? receipt.cut : null,
    };
  }

  #heardOf(member: GatewayMember): Heard | null {
    const heard = this.#heard.get(member.gateway);
    return heard?.boot === member.boot ? heard : null;
  }

  #lastHeardMs(member: GatewayMember, nowMs: number): number {
    const heard = this.#heardOf(member);
    if (heard) return heard.heardMs;
    const missed = this.#firstMissedMs.get(member.gateway);
    if (missed?.boot === member.boot) return missed.ms;
    this.#firstMissedMs.set(member.gateway, { boot: member.boot, ms: nowMs });
    return nowMs;
  }
}

// The first receipt tells when the stop took hold; a repeat tells nothing new.
const keep = (receipts: Heard['receipts'], receipt: Receipt): void => {
  if (!receipts.has(receipt.orderId)) receipts.set(receipt.orderId, receipt);
  if (receipts.size <= RECEIPTS_KEPT_MAX) return;
  const [oldest] = receipts.keys();
  if (oldest !== undefined) receipts.delete(oldest);
};

const receiptIn = (heard: Heard | null, { order }: Effect): Receipt | null =>
  (order !== null && heard?.receipts.get(order.orderId)) || null;

// A position is proof of everything up to it. A receipt from before it proves a stop on a literal address alone: any other
// selector is worth nothing without the events that it selects by.
const isApplied = (heard: Heard | null, receipt: Receipt | null, effect: Effect): boolean => {
  if (heard === null) return false;
  if (heard.position >= effect.sequence) return true;
  return receipt !== null && effect.order !== null && 'agent' in effect.order.selector;
};
