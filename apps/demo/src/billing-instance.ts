import { setTimeout as wait } from 'node:timers/promises';
import { EstopError, type Estop } from '#sdk';
import type { InstanceOrder, Tell } from './instance-report.js';

/** A healthy agent beside the sick one: it asks the guard before each charge, ten times a second, and must never be refused. */
export const runBilling = async (
  estop: Estop,
  _order: InstanceOrder,
  tell: Tell,
): Promise<void> => {
  tell({ kind: 'ready' });
  for (;;) {
    try {
      const answer = await estop.guard({ tool: 'stripe.charge' });
      if (answer.action === 'allow') tell({ kind: 'sent', count: 1 });
      else tell({ kind: 'refused', code: answer.reason ?? answer.action, orderId: null });
    } catch (error) {
      if (!(error instanceof EstopError)) throw error;
      tell({ kind: 'refused', code: error.code, orderId: null });
    }
    await wait(100);
  }
};
