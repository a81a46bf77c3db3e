import type { Delivery, Estop } from '#sdk';
import type { InstanceOrder, Tell } from './instance-report.js';

/**
 * The e-mail provider: what reaches it has gone out to a customer and cannot be taken back. Its list of who was mailed is
 * the demo's ground truth. Delivery is at least once, so it knows an e-mail by its intent.
 */
export const runMailer = async (estop: Estop, order: InstanceOrder, tell: Tell): Promise<void> => {
  const seen = new Set<string>();
  tell({ kind: 'ready' });
  for await (const delivery of estop.intents.listen(order.address)) {
    if (!seen.has(delivery.intent_id)) {
      seen.add(delivery.intent_id);
      tell({ kind: 'mailed', ...emailsOf(delivery) });
    }
    await estop.intents
      .resolve(delivery.intent_id, { status: 'COMPLETED', result: {} })
      .catch((error: unknown) => tell({ kind: 'hiccup', message: String(error) }));
  }
};

const emailsOf = (delivery: Delivery): { customers: number[]; template: string } =>
  delivery.payload as unknown as { customers: number[]; template: string };
