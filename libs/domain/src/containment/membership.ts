import type { ClockReading } from './clock-reading.js';
import type { StopMode } from '#contracts';
import type { GatewayJoinedFact, LogEntry } from './log-entry.js';

export interface GatewayBoot {
  readonly gateway: string;
  readonly boot: number;
}

/** A boot that is no member any more, but did not say that it stopped serving first. */
export interface EndedBoot extends GatewayBoot {
  /** When this node consumed the removal, or the join of the higher boot. */
  readonly endedAt: ClockReading;
}

/** A gateway may be so many joins ahead of what this node has read. */
const BOOTS_AHEAD_MAX = 8;

/** Who belongs to the mesh at the position that a node has consumed. */
export class Membership {
  readonly #nodes = new Map<string, number>();
  readonly #removedNodes = new Set<string>();
  readonly #gateways = new Map<string, GatewayBoot>();
  readonly #highestBoots = new Map<string, number>();
  readonly #subjects = new Map<string, number>();
  readonly #modes = new Map<string, readonly StopMode[]>();
  readonly #removed = new Map<string, GatewayBoot>();
  #ended: EndedBoot[] = [];
  #sequence = 0;
  #names: readonly string[] = [];

  /** Sorted. */
  get nodes(): readonly string[] {
    return this.#names;
  }

  /** The sequence of the last change among the nodes. */
  get sequence(): number {
    return this.#sequence;
  }

  /** The sequence of the node's join, or `null`: not a member. */
  joinOf(node: string): number | null {
    return this.#nodes.get(node) ?? null;
  }

  /** Removed without a clean leave: it may not know yet. */
  get removedNodes(): ReadonlySet<string> {
    return this.#removedNodes;
  }

  gateways(): IterableIterator<GatewayBoot> {
    return this.#gateways.values();
  }

  isMember({ gateway, boot }: GatewayBoot): boolean {
    return this.#gateways.get(gateway)?.boot === boot;
  }

  /** The stop modes that the gateway's highest boot understands. */
  modesOf(gateway: string): readonly StopMode[] {
    return this.#modes.get(gateway) ?? [];
  }

  /** Removed for their silence, and neither back nor left cleanly since: who may go on without a proof may still do so. */
  removed(): IterableIterator<GatewayBoot> {
    return this.#removed.values();
  }

  /** Whether anything that this boot says may count, now or once its join is read. */
  mayCount({ gateway, boot }: GatewayBoot): boolean {
    const highest = this.#highestBoots.get(gateway) ?? 0;
    if (boot > highest) return boot <= highest + BOOTS_AHEAD_MAX;
    if (this.isMember({ gateway, boot })) return true;
    if (this.#removed.get(gateway)?.boot === boot) return true;
    return this.#ended.some((ended) => ended.gateway === gateway && ended.boot === boot);
  }

  get ended(): readonly EndedBoot[] {
    return this.#ended;
  }

  /** The last sequence on a node's or gateway's subject: what a sequence-checked append must name. */
  lastOn(id: string): number {
    return this.#subjects.get(id) ?? 0;
  }

  /** Drops ended boots that count no more. */
  forgetEnded(isOver: (boot: EndedBoot) => boolean): void {
    if (this.#ended.some(isOver)) this.#ended = this.#ended.filter((boot) => !isOver(boot));
  }

  apply({ sequence, fact }: LogEntry, now: ClockReading): void {
    switch (fact.kind) {
      case 'node-joined':
      case 'node-left':
      case 'node-removed':
        return this.#node(fact, sequence);
      case 'gateway-joined':
        this.#subjects.set(fact.gateway, sequence);
        return this.#gatewayJoined(fact, now);
      case 'gateway-left':
      case 'gateway-removed':
        this.#subjects.set(fact.gateway, sequence);
        return this.#gatewayEnded(fact, fact.kind === 'gateway-removed', now);
      default:
        return;
    }
  }

  #node(fact: { kind: string; node: string }, sequence: number): void {
    this.#subjects.set(fact.node, sequence);
    this.#sequence = sequence;
    if (fact.kind === 'node-joined') {
      this.#nodes.set(fact.node, sequence);
      this.#removedNodes.delete(fact.node);
    } else if (this.#nodes.delete(fact.node) && fact.kind === 'node-removed') {
      this.#removedNodes.add(fact.node);
    }
    this.#names = [...this.#nodes.keys()].sort();
  }

  // Boots are ordered: the join of a lower boot was stored late and means nothing.
  #gatewayJoined({ gateway, boot, modes }: GatewayJoinedFact, now: ClockReading): void {
    if (boot <= (this.#highestBoots.get(gateway) ?? 0)) return;
    this.#highestBoots.set(gateway, boot);
    this.#modes.set(gateway, modes);
    const before = this.#gateways.get(gateway);
    if (before) this.#ended.push({ ...before, endedAt: now });
    this.#gateways.set(gateway, { gateway, boot });
    this.#removed.delete(gateway);
  }

  #gatewayEnded({ gateway, boot }: GatewayBoot, unclean: boolean, now: ClockReading): void {
    if (!unclean) this.#removed.delete(gateway);
    if (!this.isMember({ gateway, boot })) return;
    this.#gateways.delete(gateway);
    if (!unclean) return;
    this.#ended.push({ gateway, boot, endedAt: now });
    this.#removed.set(gateway, { gateway, boot });
  }
}
