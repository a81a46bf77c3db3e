import { type ActivityEvent, BreachAnswer, live } from '#contracts';
import type { PendingEffects, PolicyEffect } from '#domain';
import type { EventStore, Messaging } from '#event-store';
import { type Clock, type Logger, toTimestamp } from '#platform';
import type { EvaluatorMetrics } from '../evaluator-metrics.js';
import { policyFactEvent } from './policy-fact-event.js';

export interface ReactorOptions {
  readonly messaging: Pick<Messaging, 'request'>;
  readonly activity: Pick<EventStore<ActivityEvent>, 'append'>;
  readonly metrics: EvaluatorMetrics;
  readonly clock: Clock;
  readonly log: Logger;
}

const AT_ONCE = 32;
const ANSWER_MS_MAX = 2_000;
const AGAIN_MS = { min: 50, max: 2_000 } as const;

type Breach = Extract<PolicyEffect, { kind: 'breach' }>;

/**
 * Does what is pending: tells breaches to any command API, and writes facts. What was not answered is tried again, for as long
 * as it takes; an answer settles it. Breaches go first.
 */
export class Reactor {
  private pending: PendingEffects | null = null;
  private readonly inHand = new Set<string>();
  private readonly tries = new Map<string, { count: number; notBeforeMs: number }>();
  private timer: NodeJS.Timeout | null = null;
  private readonly running = new Set<Promise<void>>();

  constructor(private readonly options: ReactorOptions) {}

  /** From now on these; `null`: nothing for now. */
  serve(pending: PendingEffects | null): void {
    this.pending = pending;
    this.wake();
  }

  /** Something may be pending that was not before. */
  wake(): void {
    const { pending } = this;
    if (pending === null || pending.size === this.inHand.size) return;
    const nowMs = this.options.clock.monotonicMs();
    let nextMs = Infinity;
    for (const effect of breachesFirst(pending)) {
      if (this.inHand.size >= AT_ONCE) break;
      if (this.inHand.has(effect.id)) continue;
      const waitMs = this.waitMs(effect.id, nowMs);
      if (waitMs <= 0) this.start(pending, effect);
      else nextMs = Math.min(nextMs, waitMs);
    }
    if (nextMs !== Infinity) this.wakeIn(nextMs);
  }

  /** Waits for what is in hand. */
  async stop(): Promise<void> {
    this.pending = null;
    if (this.timer !== null) clearTimeout(this.timer);
    await Promise.all(this.running);
  }

  private waitMs(id: string, nowMs: number): number {
    return (this.tries.get(id)?.notBeforeMs ?? 0) - nowMs;
  }

  private wakeIn(ms: number): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = setTimeout(() => this.wake(), Math.max(1, ms));
  }

  private start(pending: PendingEffects, effect: PolicyEffect): void {
    this.inHand.add(effect.id);
    const work = this.carryOut(pending, effect).finally(() => {
      this.inHand.delete(effect.id);
      this.running.delete(work);
      this.wake();
    });
    this.running.add(work);
  }

  private async carryOut(pending: PendingEffects, effect: PolicyEffect): Promise<void> {
    try {
      if (effect.kind === 'breach') await this.tell(effect);
      else await this.write(effect);
      pending.settle(effect.id);
      this.tries.delete(effect.id);
    } catch (error) {
      const count = (this.tries.get(effect.id)?.count ?? 0) + 1;
      const waitMs = Math.min(AGAIN_MS.max, AGAIN_MS.min * 2 ** (count - 1));
      const notBeforeMs = this.options.clock.monotonicMs() + waitMs;
      this.tries.set(effect.id, { count, notBeforeMs });
      this.options.log.warn({ err: error, id: effect.id, tries: count }, 'not told yet');
    }
  }

  /** @throws when it has to be told again */
  private async tell({ id, request, untilMs, storedAtMs }: Breach): Promise<void> {
    const { messaging, metrics, log } = this.options;
    const until = untilMs === null ? null : toTimestamp(untilMs);
    const asked = JSON.stringify({ ...request, until });
    const answer = answerOf(await messaging.request(live.breach, asked, ANSWER_MS_MAX));
    if (!answer.ok && answer.code === 'unavailable') throw new Error(answer.message);
    metrics.answered(answer.ok ? answer.outcome : answer.code, storedAtMs);
    const { policy, rule, address, evidence } = request;
    const about = { breachId: id, policy, rule, address, says: evidence.says };
    if (answer.ok) log.info({ ...about, orderId: answer.orderId }, `breach: ${answer.outcome}`);
    else log.warn({ ...about, code: answer.code }, `breach: ${answer.message}`);
  }

  private async write(effect: Extract<PolicyEffect, { kind: 'fact' }>): Promise<void> {
    const { activity, clock, metrics } = this.options;
    await activity.append(policyFactEvent(effect, clock));
    metrics.told(effect.fact.type);
  }
}

function* breachesFirst(pending: PendingEffects): Generator<PolicyEffect> {
  for (const effect of pending.all()) if (effect.kind === 'breach') yield effect;
  for (const effect of pending.all()) if (effect.kind === 'fact') yield effect;
}

/** What is no answer is none: it is asked again. */
const answerOf = (bytes: Uint8Array): BreachAnswer =>
  BreachAnswer.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
