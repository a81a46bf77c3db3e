import { KILL_PATH_PING_MS } from '#containment';
import { connectNats, Ways } from '#event-store-jetstream';
import { createLogger, runService, type RunningService } from '#platform';
import { startGateway } from '../../../apps/gateway/src/gateway.js';
import { gatewayConfig } from '../../../apps/gateway/src/gateway.config.js';
import type { GatewayOptions } from '../../../apps/gateway/src/gateway-options.js';

type Changed = Partial<Pick<GatewayOptions, 'clock' | 'modes'>>;

const start = async (changed: Changed): Promise<RunningService> => {
  const config = gatewayConfig(process.env);
  const { gatewayId: gateway, region, host, port, publicUrl, dataDir } = config;
  const log = createLogger({ service: 'gateway', level: config.logLevel, fields: { gateway } });
  const how = {
    servers: config.natsUrl.split(','),
    ...(config.natsUser === undefined ? {} : { user: config.natsUser }),
    ...(config.natsPassword === undefined ? {} : { password: config.natsPassword }),
    ...(config.natsDomain === undefined ? {} : { jetStreamDomain: config.natsDomain }),
  };
  const [nats, control] = await Promise.all([
    connectNats({ ...how, name: gateway }),
    Ways.open({ ...how, name: `${gateway} control`, pingIntervalMs: KILL_PATH_PING_MS }),
  ]);
  const own = { gateway, region, log, host, port, publicUrl, dataDir };
  const running = await startGateway({ nats, control, ...own, ...changed });
  return {
    url: running.url,
    stop: async () => {
      await running.stop();
      await Promise.all([nats.close(), control.close()]);
    },
  };
};

/** The gateway as it is, in a process as it is, but for what the lab changes in it. */
export const runLabGateway = (changed: Changed): Promise<void> =>
  runService({ name: 'gateway', start: () => start(changed) });
