import { connectNats } from '#event-store-jetstream';
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
  const nats = await connectNats({
    servers: config.natsUrl.split(',').map((server) => server.trim()),
    name: `gateway ${gateway}`,
    ...(config.natsUser === undefined ? {} : { user: config.natsUser }),
    ...(config.natsPassword === undefined ? {} : { password: config.natsPassword }),
    ...(config.natsDomain === undefined ? {} : { jetStreamDomain: config.natsDomain }),
    trace: natsTrace,
  });
  const { host, port, publicUrl } = config;
  const running = await startGateway({ nats, gateway, region, log, host, port, publicUrl });
  log.info({ url: running.url }, 'gateway serves');
  return {
    url: running.url,
    about: { gateway, region },
    stop: async () => {
      await running.stop();
      await nats.close();
      await telemetry.stop();
    },
  };
};

void runService({ name: SERVICE, start });
