import type { GatewayId } from '#contracts';

/** How far back the smallest delay of a gateway is remembered, milliseconds of the log's time. */
const SPAN_MS = 5 * 60_000;

interface Offset {
  fromMs: number;
  now: number;
  before: number;
}

/**
 * Turns a gateway's times into the log's. What a gateway could not store at once comes late and all together, and has to be
 * counted where it happened; but a clock that goes wrong must not hide anything either. So the smallest difference
 * between a gateway's time and the log's within the last messages is taken for its clock, and only what is beyond for delay.
 */
export class ClockOffsets {
  readonly #gateways = new Map<GatewayId, Offset>();

  /** When it happened by the log's clock: never after it was stored. */
  logTimeOf(gateway: GatewayId, gatewayMs: number, storedAtMs: number): number {
    const delay = storedAtMs - gatewayMs;
    const known = this.#gateways.get(gateway);
    if (known === undefined) {
      this.#gateways.set(gateway, { fromMs: storedAtMs, now: delay, before: delay });
      return storedAtMs;
    }
    // The span before ends with a message, however long none came: the first after an outage is no measure by itself.
    if (storedAtMs >= known.fromMs + SPAN_MS) {
      known.before = known.now;
      known.now = delay;
      known.fromMs = storedAtMs;
    }
    known.now = Math.min(known.now, delay);
    return Math.min(storedAtMs, gatewayMs + Math.min(known.now, known.before));
  }

  save(): [string, number, number, number][] {
    return [...this.#gateways].map(([gateway, { fromMs, now, before }]) => [
      gateway,
      fromMs,
      now,
      before,
    ]);
  }

  restore(saved: readonly (readonly [string, number, number, number])[]): void {
    for (const [gateway, fromMs, now, before] of saved) {
      this.#gateways.set(gateway as GatewayId, { fromMs, now, before });
    }
  }
}
