import { Injectable } from '@nestjs/common';
import { controlSubject, orgOf, workspaceOf } from '#contracts';
import { stopDecider, type StopOrder } from '#domain';
import { Control } from '../control/control.js';
import { within } from '../control/within.js';
import type { StopWish } from './stop-wish.js';

/** A stop waits for the record of its repeat no longer than this. */
const RECORD_MS_MAX = 250;
/** So long a repeat is remembered until the log has the order that it repeats. */
const COMMIT_MS_MAX = 60_000;
const REMEMBERED_MAX = 1_000;

/** `stands`: so says the log, or it does not have the order yet; `unknown`: the log does not answer. */
export type Repeated = 'stands' | 'lifted' | 'unknown';

/** Writes down who else pulled the cord that is pulled already. Without the log nothing waits for that, and nothing fails. */
@Injectable()
export class RepeatedStops {
  private remembered = 0;

  constructor(private readonly control: Control) {}

  async record(wish: StopWish, order: StopOrder): Promise<Repeated> {
    const recorded = await within<Repeated | 'absent'>(
      RECORD_MS_MAX,
      this.append(wish, order).catch(() => 'unknown' as const),
      'unknown',
    );
    if (recorded !== 'absent') return recorded;
    void this.recordLater(wish, order);
    return 'stands';
  }

  /** Nothing may come to an order's subject before the order itself. */
  async recordLater(wish: StopWish, order: StopOrder): Promise<void> {
    if (this.remembered >= REMEMBERED_MAX) return;
    this.remembered += 1;
    const isCommitted = ({ committed }: { committed: boolean }): boolean => committed;
    await this.control.parts.node.until(order.orderId, isCommitted, COMMIT_MS_MAX);
    await this.append(wish, order).catch((error: unknown) => {
      const about = { err: error, order: order.orderId };
      this.control.parts.logger.warn(about, 'a repeated stop stands, but not in the record');
    });
    this.remembered -= 1;
  }

  private async append(wish: StopWish, { orderId }: StopOrder): Promise<Repeated | 'absent'> {
    const { selector, caller, details } = wish;
    const reason = details.reason ?? null;
    const outcome = await this.control.decide({
      subject: controlSubject(orgOf(selector), workspaceOf(selector), 'stop', orderId),
      decider: stopDecider,
      command: { type: 'RepeatStop', orderId, reason },
      about: {
        actor: caller.actor,
        org: orgOf(selector),
        workspace: workspaceOf(selector),
        correlationId: caller.traceId,
        reason,
      },
    });
    if (outcome.accepted) return 'stands';
    return outcome.rejection === 'STOP_LIFTED' ? 'lifted' : 'absent';
  }
}
