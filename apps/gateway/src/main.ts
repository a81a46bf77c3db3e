import { KILL_PATH_PING_MS } from '#containment';
import { live } from '#contracts';
import { connectNats, Ways } from '#event-store-jetstream';
import {
  createLogger,
  natsTrace,
  runService,
  startTelemetry,
  type RunningService,
} from '#platform';
import { gatewayConfig } from './gateway.config.js';
import { startGateway } from './gateway.js';

const SERVICE = 'gateway';

const start = async (): Promise<RunningService> => {
  const config = gatewayConfig(process.env);
  const { gatewayId: gateway, region } = config;
  const fields = { gateway, region };
  const log = createLogger({ service: SERVICE, level: config.logLevel, fields });
  const telemetry = await startTelemetry({
    service: SERVICE,
    otlpUrl: config.otlpUrl,
    attributes: { 'estop.gateway': gateway, 'estop.region': region },
  });
  const shared = {
    servers: config.natsUrl.split(',').map((server) => server.trim()),
    ...(config.natsUser === undefined ? {} : { user: config.natsUser }),
    ...(config.natsPassword === undefined ? {} : { password: config.natsPassword }),
    ...(config.natsDomain === undefined ? {} : { jetStreamDomain: config.natsDomain }),
  };
  const [nats, control] = await Promise.all([
    connectNats({ ...shared, name: `gateway ${gateway}`, trace: natsTrace }),
    Ways.open({
      ...shared,
      name: `gateway ${gateway} control`,
      pingIntervalMs: KILL_PATH_PING_MS,
      isRepeated: (subject) =>
        subject === live.renewal(gateway) || subject === live.position(region, gateway),
    }),
  ]);
  const { host, port, publicUrl, dataDir } = config;
  const own = { gateway, region, log, host, port, publicUrl, dataDir };
  const usdcAsUsd = config.usdcAsUsd === 'true';
  const running = await startGateway({ nats, control, usdcAsUsd, ...own });
  log.info({ url: running.url }, 'gateway serves');
  return {
    url: running.url,
    about: { gateway, region },
    stop: async () => {
      await running.stop();
      await Promise.all([nats.close(), control.close()]);
      await telemetry.stop();
    },
  };
};

void runService({ name: SERVICE, start });
