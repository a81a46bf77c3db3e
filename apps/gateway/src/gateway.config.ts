import { z } from 'zod';
import { GatewayId, RegionName } from '#contracts';
import { loadConfig, serviceFields, wholeNumber } from '#platform';

/** Everything a gateway can be told, as `ESTOP_…` variables. */
export const GatewayConfig = z.strictObject({
  ...serviceFields,
  natsUser: z.string().min(1).optional().describe('the user on the NATS servers'),
  natsPassword: z
    .string()
    .min(1)
    .optional()
    .describe('the password of that user')
    .meta({ secret: true }),
  natsDomain: z
    .string()
    .min(1)
    .optional()
    .describe('the JetStream domain of the hub, for a user with an account of its own'),
  port: wholeNumber(0, 65_535).default(4600).describe('the port to listen on; 0 picks a free one'),
  dataDir: z
    .string()
    .min(1)
    .describe(
      'the directory in which this gateway keeps its key and the orders that it knows, on a disk that outlives it',
    ),
  gatewayId: GatewayId.describe('the name of this gateway, unique in the mesh'),
  region: RegionName.describe('the region of this gateway'),
  usdcAsUsd: z
    .enum(['true', 'false'])
    .default('false')
    .describe('whether USDC of x402 challenges counts one to one under caps in usd'),
  publicUrl: z
    .url({ protocol: /^https?$/ })
    .nullable()
    .default(null)
    .describe('where others reach this gateway; the listening address when empty'),
});
export type GatewayConfig = z.infer<typeof GatewayConfig>;

/** @throws ConfigError that lists every field that is wrong or unknown. */
export const gatewayConfig = (env: NodeJS.ProcessEnv): GatewayConfig =>
  loadConfig(GatewayConfig, env);
