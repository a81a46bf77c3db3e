import { context, propagation, trace, type Context } from '@opentelemetry/api';

/** Headers as a plain map with lower-case names. */
export type TraceHeaders = Record<string, string>;

let enabled = false;

/** `true` once a tracer provider is registered. Until then nothing here costs more than this look. */
export const tracingEnabled = (): boolean => enabled;

/** Called after a tracer provider was registered. */
export const enableTracing = (on = true): void => {
  enabled = on;
};

/** The W3C headers that carry the active trace to another process; empty when tracing is off. */
export const injectTrace = (headers: TraceHeaders = {}): TraceHeaders => {
  if (enabled) propagation.inject(context.active(), headers);
  return headers;
};

/** The context that came with headers; the active one when they carry none. */
export const extractTrace = (headers: Readonly<TraceHeaders>): Context =>
  enabled ? propagation.extract(context.active(), headers) : context.active();

/**
 * Runs `work` in a span named `name` that continues the trace of `headers`. Without tracing it just runs.
 */
export const inSpan = async <T>(
  name: string,
  {
    headers = {},
    attributes = {},
  }: { headers?: Readonly<TraceHeaders>; attributes?: SpanAttributes },
  work: () => T | Promise<T>,
): Promise<T> => {
  if (!enabled) return work();
  const tracer = trace.getTracer('estop');
  return tracer.startActiveSpan(name, { attributes }, extractTrace(headers), async (span) => {
    try {
      return await work();
    } catch (error) {
      span.recordException(error instanceof Error ? error : String(error));
      span.setStatus({ code: 2 });
      throw error;
    } finally {
      span.end();
    }
  });
};

export type SpanAttributes = Record<string, string | number | boolean>;
