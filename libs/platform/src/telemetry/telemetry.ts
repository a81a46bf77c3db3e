import { enableTracing } from './trace-context.js';

export interface TelemetryOptions {
  readonly service: string;
  /** Where traces go, for example `http://collector:4318`; `null` switches tracing off. */
  readonly otlpUrl: string | null;
  readonly attributes?: Readonly<Record<string, string>>;
}

export interface Telemetry {
  /** Sends what is left, within a second. */
  stop(): Promise<void>;
}

const OFF: Telemetry = { stop: async () => undefined };
const FLUSH_MS_MAX = 800;
/** Spans wait so long for others to be sent with. */
const SEND_EVERY_MS = 1000;

/**
 * Loads and starts the OpenTelemetry SDK, but only when there is somewhere to send traces to: loading it takes about a
 * second, which a service without a collector should not pay.
 */
export const startTelemetry = async (options: TelemetryOptions): Promise<Telemetry> => {
  if (options.otlpUrl === null) return OFF;
  const [{ NodeSDK }, { OTLPTraceExporter }, { envDetector, resourceFromAttributes }, sdkTrace] =
    await Promise.all([
      import('@opentelemetry/sdk-node'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
      import('@opentelemetry/sdk-trace'),
    ]);
  const url = `${options.otlpUrl.replace(/\/+$/, '')}/v1/traces`;
  const exporter = new OTLPTraceExporter({ url });
  const sdk = new NodeSDK({
    resource: resourceFromAttributes({ 'service.name': options.service, ...options.attributes }),
    // What a machine tells of itself (user, command line, host) is nobody's business but its operator's.
    resourceDetectors: [envDetector],
    spanProcessors: [
      new sdkTrace.BatchSpanProcessor({ exporter, scheduledDelayMillis: SEND_EVERY_MS }),
    ],
    metricReaders: [],
    logRecordProcessors: [],
    instrumentations: [],
  });
  sdk.start();
  enableTracing();
  return { stop: () => Promise.race([sdk.shutdown().catch(() => undefined), after(FLUSH_MS_MAX)]) };
};

const after = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms).unref());
