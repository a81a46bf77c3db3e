import { type ClockReading, elapsedMs } from './clock-reading.js';
import { DEAD_AFTER_MS, RETRY_AFTER_MS } from './constants.js';
import type { Echoes } from './echoes.js';
import type { AppendOutput, LogFact } from './log-entry.js';
import { gatewaySubject, nodeSubject } from './log-entry.js';
import type { GatewayBoot, Membership } from './membership.js';

/** So often it is looked whether a member was silent for too long: that takes minutes to matter, and costs with each of them. */
const LOOK_EVERY_MS = 250;

/** When each member was last heard of, and whom to remove for its silence. */
export class Silence {
  readonly #heard = new Map<string, ClockReading>();
  readonly #triedAt = new Map<string, ClockReading>();
  #lookedAt: ClockReading | null = null;

  heard(key: string, now: ClockReading): void {
    this.#heard.set(key, now);
  }

  static ofNode(node: string): string {
    return `node:${node}`;
  }

  static ofGateway({ gateway, boot }: GatewayBoot): string {
    return `gateway:${gateway}/${boot}`;
  }

  /** Sequence-checked removals of the members that were silent for too long, by this node's clock. */
  removals(
    me: string,
    { membership, echoes }: { membership: Membership; echoes: Echoes },
    now: ClockReading,
  ): AppendOutput[] {
    if (this.#lookedAt !== null && elapsedMs(this.#lookedAt, now) < LOOK_EVERY_MS) return [];
    this.#lookedAt = now;
    const removals: AppendOutput[] = [];
    const add = (key: string, id: string, subject: string, fact: LogFact): void => {
      if (!this.#isDead(key, echoes, now)) return;
      removals.push({
        kind: 'append',
        ref: `remove:${key}`,
        subject,
        expect: membership.lastOn(id),
        fact,
      });
    };
    for (const node of membership.nodes) {
      if (node !== me)
        add(Silence.ofNode(node), node, nodeSubject(node), { kind: 'node-removed', node });
    }
    for (const { gateway, boot } of membership.gateways()) {
      const fact = { kind: 'gateway-removed', gateway, boot } as const;
      add(Silence.ofGateway({ gateway, boot }), gateway, gatewaySubject(gateway), fact);
    }
    return removals;
  }

  // Nobody's silence is longer than this node has been listening: an outage of the log makes nobody dead.
  #isDead(key: string, echoes: Echoes, now: ClockReading): boolean {
    if (!this.#heard.has(key)) this.#heard.set(key, now);
    const heard = this.#heard.get(key) as ClockReading;
    if (Math.min(elapsedMs(heard, now), echoes.heardForMs(now)) < DEAD_AFTER_MS) return false;
    const tried = this.#triedAt.get(key);
    if (tried !== undefined && elapsedMs(tried, now) < RETRY_AFTER_MS) return false;
    this.#triedAt.set(key, now);
    return true;
  }
}
