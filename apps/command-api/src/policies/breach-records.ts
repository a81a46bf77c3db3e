import { Injectable } from '@nestjs/common';
import type { BreachView } from '#contracts';
import type { StopOrder } from '#domain';
import { Control } from '../control/control.js';
import { within } from '../control/within.js';
import { breachSubjectOf } from './breach-ids.js';

/** So long the log is asked what led to a stop; an answer about the stop itself comes without it. */
const READ_MS_MAX = 500;
/** So many of the orders on one agent are explained. */
const EXPLAINED_MAX = 20;

/** What led policies to stop somebody, as the log tells it. */
@Injectable()
export class BreachRecords {
  constructor(private readonly control: Control) {}

  ofAll(orders: readonly StopOrder[]): Promise<(BreachView | null)[]> {
    return Promise.all(orders.slice(0, EXPLAINED_MAX).map((order) => this.of(order)));
  }

  /** `null`: no policy ordered it, or the log cannot be read now. */
  async of(order: StopOrder): Promise<BreachView | null> {
    const subject = breachSubjectOf(order);
    return subject === null ? null : within(READ_MS_MAX, this.read(subject), null);
  }

  private async read(subject: string): Promise<BreachView | null> {
    const stored = await this.control.parts.store.first(subject).catch(() => null);
    if (!stored?.decoded.known || stored.decoded.event.type !== 'PolicyBreached') return null;
    const { data, at } = stored.decoded.event;
    return {
      breach_id: data.breachId,
      policy: data.policy,
      version: data.policySequence,
      rule: data.rule,
      address: data.address,
      outcome: data.outcome,
      at,
      evidence: data.evidence,
    };
  }
}
