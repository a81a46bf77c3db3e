import { randomUUID } from 'node:crypto';
import { call, type Reply } from '../mesh/client.js';
import type { Target } from '../mesh/fleet.js';
import { Random } from '../random.js';
import { nowMs, pause } from '../time.js';
import { claimOf, orderIdOf, type OpenStory, type OrderLog } from './order-log.js';

/** One of those who can be asked: a control node, or a gateway that hands it on to one. */
export interface Desk {
  readonly name: string;
  readonly url: string;
}

export interface OperatorPlan {
  readonly name: string;
  readonly desks: readonly Desk[];
  /** The desks that are control nodes: who watches an order asks them first. */
  readonly nodes: readonly Desk[];
  readonly apiKey: string;
  readonly targets: readonly Target[];
  readonly mode: string;
  readonly orders: OrderLog;
  readonly seed: number;
  /** An operator who watches an order gives up after so long, and goes on. */
  readonly watchMs: number;
}

const ASK_MS = 4000;
const POLL_MS = 60;
/** Whoever does not answer at once is left for another desk. */
const POLL_WITHIN_MS = 400;
const AGAIN_MS = 150;
const DWELL_MS = [150, 900] as const;
const BETWEEN_MS = [50, 600] as const;

/**
 * Stops somebody at a random moment, watches the order until it is contained, and lifts it: over and over, each time at
 * another desk. What was asked is asked again, with the same key, until somebody answers.
 */
export class Operator {
  private readonly random: Random;
  private over = false;
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly plan: OperatorPlan) {
    this.random = new Random(plan.seed);
  }

  begin(): void {
    this.running = this.work();
  }

  /** Resolves when the order in hand is lifted, or given up. */
  async end(): Promise<void> {
    this.over = true;
    await this.running;
  }

  private async work(): Promise<void> {
    while (!this.over) {
      await this.dwell(BETWEEN_MS);
      const story = await this.order(this.random.of(this.plan.targets));
      if (story === null) continue;
      await this.watch(story);
      await this.dwell(DWELL_MS);
      await this.lift(story);
    }
  }

  /** @returns `null` when nobody answered before the episode was over */
  async order(target: Target): Promise<OpenStory | null> {
    const idempotencyKey = randomUUID();
    const story = this.plan.orders.open(target, nowMs());
    do {
      const desk = this.random.of(this.plan.desks);
      const reply = await this.ask(desk, 'POST /v1/mesh/stops', {
        body: {
          mode: this.plan.mode,
          selector: target.selector,
          reason: this.plan.name,
          ...this.waiting(),
        },
        headers: { 'idempotency-key': idempotencyKey },
      });
      if (this.note(story, desk, reply)) return story;
      await pause(AGAIN_MS);
    } while (!this.over);
    return null;
  }

  /** Until it is contained, and no longer than the plan says. */
  private async watch(story: OpenStory): Promise<void> {
    const deadline = nowMs() + this.plan.watchMs;
    while (nowMs() < deadline && !story.claims.some(({ contained }) => contained)) {
      const desk = this.random.of(this.random.chance(0.8) ? this.plan.nodes : this.plan.desks);
      const route = `GET /v1/mesh/stops/${story.orderId}`;
      this.note(story, desk, await this.ask(desk, route, { withinMs: POLL_WITHIN_MS }));
      await pause(POLL_MS);
    }
  }

  /** Asked again until it is confirmed: from the first time on, the order may be lifted. */
  async lift(story: OpenStory): Promise<void> {
    do {
      const desk = this.random.of(this.plan.desks);
      const route = `POST /v1/mesh/stops/${story.orderId}/lift`;
      story.liftSentMs ??= nowMs();
      const reply = await this.ask(desk, route, { body: { reason: 'over' } });
      if (reply.status === 200) story.liftedMs = reply.endMs;
      else await pause(AGAIN_MS);
    } while (story.liftedMs === null && !this.over);
  }

  private ask(desk: Desk, route: string, terms: object = {}): Promise<Reply> {
    return call(desk.url, route, { key: this.plan.apiKey, withinMs: ASK_MS, ...terms });
  }

  private note(story: OpenStory, desk: Desk, reply: Reply): boolean {
    const claim = claimOf(desk.name, reply);
    if (claim === null) return false;
    story.orderId ??= orderIdOf(reply);
    story.askedMs ??= claim.sentMs;
    story.claims.push(claim);
    return true;
  }

  private waiting(): object {
    return this.random.chance(0.5) ? { wait: 'none' } : { wait: 'contained', timeout_ms: 1000 };
  }

  private dwell([from, to]: readonly [number, number]): Promise<void> {
    return pause(this.over ? 0 : this.random.between(from, to));
  }
}
