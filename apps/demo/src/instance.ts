import { Estop } from '#sdk';
import { runBilling } from './billing-instance.js';
import { runCampaign } from './campaign-instance.js';
import { InstanceOrder, type Tell } from './instance-report.js';
import { runMailer } from './mailer-instance.js';

/**
 * One agent's process, as the demo starts it: an agent like any other, that knows the mesh only through the SDK and the
 * gateway it was given.
 */
const roles = { campaign: runCampaign, mailer: runMailer, billing: runBilling };

const tell: Tell = (report) => process.send?.(report);

process.once('message', (message) => {
  const order = InstanceOrder.parse(message);
  const estop = new Estop({ baseUrl: order.gatewayUrl, apiKey: order.apiKey });
  roles[order.role](estop, order, tell).catch((error: unknown) => {
    tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
    process.exitCode = 1;
    process.disconnect?.();
  });
});
process.once('disconnect', () => process.exit());
