import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import {
  drillSubject,
  formatSelector,
  orgOf,
  workspaceOf,
  type ControlEvent,
  type DrillId,
  type drillStop,
  type Selector,
} from '#contracts';
import type { GatewayMember } from '#domain';
import { randomText, record, toTimestamp } from '#platform';
import { Control } from '../control/control.js';
import type { Caller } from '../control/operator.js';
import { by } from '../control/recording.js';
import { reachableSelector } from '../stops/selectors.js';
import { matchedAgents } from '../stops/stop-plan.js';
import { effectiveOf, figuresOf, regionsOf, type Drilled } from './drill-figures.js';

export type RanDrill = z.infer<typeof drillStop.response>;

/** The route is tried so often: one message proves it, several give figures. */
const SAMPLES = 5;

interface Measured extends Drilled {
  readonly lastMs: number | null;
}

/** Tries the real path of a stop, all but the refusal. */
@Injectable()
export class Drills {
  constructor(private readonly control: Control) {}

  async run(caller: Caller, body: z.infer<typeof drillStop.body>): Promise<RanDrill> {
    await this.control.catchUp();
    const { view, parts } = this.control;
    const selector = reachableSelector(view, caller.principal, body.selector);
    const drillId = `drill_${randomText(20)}` as DrillId;
    const ranAtMs = parts.clock.nowMs();
    const drilled = await this.samples(selector, body.timeout_ms);
    void this.write(caller, { drillId, selector, drilled });
    const effective = effectiveOf(drilled);
    return {
      ok: true,
      drill_id: drillId,
      passed: effective.of > 0 && effective.acked === effective.of,
      selector,
      scope: formatSelector(selector),
      ran_at: toTimestamp(ranAtMs),
      timeout_ms: body.timeout_ms,
      matched: matchedAgents(view, selector).length,
      effective,
      ...figuresOf(drilled),
      regions: regionsOf(drilled),
      gateways: drilled.map(({ answer }) => answer),
    };
  }

  /** One after the other, until one is not confirmed everywhere or the time is over. */
  private async samples(selector: Selector, timeoutMs: number): Promise<Measured[]> {
    const { node, clock } = this.control.parts;
    const endMs = clock.monotonicMs() + timeoutMs;
    let drilled = this.control.view.gateways().map(unheard);
    const gateways = drilled.map(({ answer }) => answer.gateway);
    for (let sample = 0; sample < SAMPLES; sample += 1) {
      const leftMs = endMs - clock.monotonicMs();
      if (leftMs <= 0) return drilled;
      const { answers } = await node.test({ selector, gateways, timeoutMs: leftMs });
      drilled = drilled.map((one) => {
        const tested = answers.get(one.answer.gateway);
        return tested === undefined ? missed(one) : heard(one, tested);
      });
      if (drilled.some(({ answer }) => answer.state === 'missing')) return drilled;
    }
    return drilled;
  }

  /** Best effort: a drill is worth the most when something is away. */
  private async write(
    caller: Caller,
    ran: { drillId: DrillId; selector: Selector; drilled: readonly Measured[] },
  ): Promise<void> {
    const { drillId, selector, drilled } = ran;
    const { clock, ids, store, logger } = this.control.parts;
    const gateways = drilled.map(({ answer, lastMs }) => {
      const { gateway, region, state } = answer;
      return { gateway, region, state, appliedAfterMs: lastMs };
    });
    const fact = { type: 'DrillRun', data: { drillId, selector, gateways } } as const;
    const about = by(caller, { org: orgOf(selector), workspace: workspaceOf(selector) });
    try {
      const event = record(fact, about, clock, ids) as ControlEvent;
      await store.append({ subject: drillSubject(drillId), event });
    } catch (error) {
      logger.warn({ err: error, drill: drillId }, 'a drill was run, and is not on record');
    }
  }
}

const unheard = ({ gateway, region }: GatewayMember): Measured => ({
  answer: { gateway, region, state: 'missing', applied_after_ms: null, cut: null },
  tookMs: [],
  lastMs: null,
});

const missed = (one: Measured): Measured => ({
  ...one,
  answer: { ...one.answer, state: 'missing' },
});

type Tested = Parameters<typeof missed>[0]['answer']['cut'];

/** Of several samples the slowest is told: that is what a stop can count on. */
const heard = (
  { answer, tookMs }: Measured,
  tested: { readonly tookMs: number; readonly wouldCut: NonNullable<Tested> },
): Measured => {
  const ms = Math.round(tested.tookMs * 10) / 10;
  const slowest = Math.max(ms, answer.applied_after_ms ?? 0);
  const cut = tested.wouldCut;
  return {
    answer: { ...answer, state: 'acked', applied_after_ms: slowest, cut },
    tookMs: [...tookMs, ms],
    lastMs: slowest,
  };
};
