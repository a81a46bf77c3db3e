import { Injectable } from '@nestjs/common';
import type { Actor } from '#contracts';
import { dueOrders, type StopOrder } from '#domain';
import { ApiProblem } from '#platform';
import { Control } from '../control/control.js';
import { LiftCommands } from '../stops/lift-commands.js';

/**
 * Lifts time-boxed stops when their time is over by the log's own clock, as this node's echoes bring it: never by the clock
 * of a machine. Each lift names the order's last sequence, so that several nodes lift it once.
 */
@Injectable()
export class ExpiryReactor {
  constructor(
    private readonly control: Control,
    private readonly lifts: LiftCommands,
  ) {}

  async run(): Promise<void> {
    const { id } = this.control.parts.node;
    const actor: Actor = { kind: 'node', id, via: 'expiry' };
    for (const order of this.due()) await this.lift(order, actor);
  }

  private async lift({ orderId }: StopOrder, actor: Actor): Promise<void> {
    try {
      await this.lifts.lift({
        actor,
        traceId: orderId,
        reason: null,
        cause: 'expiry',
        timeoutMs: 0,
        choose: () => this.due().filter((order) => order.orderId === orderId),
      });
    } catch (error) {
      // Another node was first, which is just as well; the next round sees.
      if (error instanceof ApiProblem && error.code === 'conflict') return;
      throw error;
    }
  }

  /** What is not in the log yet has to wait for it. */
  private due(): StopOrder[] {
    const { node } = this.control.parts;
    if (node.logTimeMs === null || node.isRolledBack) return [];
    return dueOrders(this.control.view, node.logTimeMs).filter(({ sequence }) => sequence !== null);
  }
}
