import { Injectable } from '@nestjs/common';
import type { Actor } from '#contracts';
import { dueOrders, type StopOrder } from '#domain';
import { ApiProblem } from '#platform';
import { Control } from '../control/control.js';
import { LiftCommands } from '../stops/lift-commands.js';

/**
 * Lifts time-boxed stops when their time is over: through the log, naming the order's last sequence, so that several
 * nodes lift it once. Until the log's own echoes give a time that every node agrees on, this node's clock decides when to
 * try.
 */
@Injectable()
export class ExpiryReactor {
  constructor(
    private readonly control: Control,
    private readonly lifts: LiftCommands,
  ) {}

  async run(nodeId: string): Promise<void> {
    const actor: Actor = { kind: 'node', id: nodeId, via: 'expiry' };
    for (const order of dueOrders(this.control.view, this.nowMs())) await this.lift(order, actor);
  }

  private async lift({ orderId }: StopOrder, actor: Actor): Promise<void> {
    try {
      await this.lifts.lift({
        actor,
        traceId: orderId,
        reason: null,
        cause: 'expiry',
        timeoutMs: 0,
        choose: () =>
          dueOrders(this.control.view, this.nowMs()).filter((order) => order.orderId === orderId),
      });
    } catch (error) {
      // Another node was first, which is just as well; the next round sees.
      if (error instanceof ApiProblem && error.code === 'conflict') return;
      throw error;
    }
  }

  private nowMs(): number {
    return this.control.parts.clock.nowMs();
  }
}
