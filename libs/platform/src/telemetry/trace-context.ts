import { context, propagation, SpanKind, trace, type Context, type Span } from '@opentelemetry/api';

/** Headers as a plain map with lower-case names. */
export type TraceHeaders = Record<string, string>;
export type SpanAttributes = Record<string, string | number | boolean>;

export interface SpanOptions {
  /** The span continues the trace of these headers. @default the active trace */
  readonly headers?: Readonly<TraceHeaders>;
  readonly attributes?: SpanAttributes;
  /** @default 'internal' */
  readonly kind?: 'server' | 'client' | 'producer' | 'consumer' | 'internal';
  /** Attributes for an error that is an answer and no failure; `null` for a failure. @default every error is one */
  refusal?(error: unknown): SpanAttributes | null;
}

const KINDS = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
};
const TRACER = 'estop';
const STATUS_ERROR = 2;

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

/** Runs `work` in a span named `name`. Without tracing it just runs. */
export const inSpan = async <T>(
  name: string,
  options: SpanOptions,
  work: () => T | Promise<T>,
): Promise<T> => {
  if (!enabled) return work();
  const { headers = {}, attributes = {}, kind = 'internal' } = options;
  const about = { attributes, kind: KINDS[kind] };
  const tracer = trace.getTracer(TRACER);
  return tracer.startActiveSpan(name, about, extractTrace(headers), async (span) => {
    try {
      return await work();
    } catch (error) {
      markError(span, error, options);
      throw error;
    } finally {
      span.end();
    }
  });
};

/** Like {@link inSpan}, for work that must not wait. */
export const inSpanNow = <T>(name: string, options: SpanOptions, work: () => T): T => {
  if (!enabled) return work();
  const { headers = {}, attributes = {}, kind = 'internal' } = options;
  const about = { attributes, kind: KINDS[kind] };
  return trace.getTracer(TRACER).startActiveSpan(name, about, extractTrace(headers), (span) => {
    try {
      return work();
    } catch (error) {
      markError(span, error, options);
      throw error;
    } finally {
      span.end();
    }
  });
};

/**
 * Runs `work`, which several traces have a part in, such as the writing of a batch: each of them gets a span of its own.
 * The work itself runs in the first one's.
 */
export const inSpanOfEach = async <T>(
  name: string,
  parts: readonly SpanOptions[],
  work: () => T | Promise<T>,
): Promise<T> => {
  const [first, ...others] = parts;
  if (!enabled || first === undefined) return work();
  const rest = (): Promise<T> => inSpanOfEach(name, others, work);
  return inSpan(name, first, others.length === 0 ? work : rest);
};

/** What a connection to NATS does with traces: each message carries the active one, each append is a span of it. */
export const natsTrace = {
  inject: (): TraceHeaders => injectTrace(),
  /** What belongs to no trace, such as a heartbeat's count, begins none. */
  span: <T>(name: string, attributes: SpanAttributes, work: () => Promise<T>): Promise<T> =>
    enabled && trace.getActiveSpan() !== undefined
      ? inSpan(name, { attributes, kind: 'producer' }, work)
      : work(),
};

const markError = (span: Span, error: unknown, { refusal }: SpanOptions): void => {
  const refused = refusal?.(error) ?? null;
  if (refused !== null) {
    span.setAttributes(refused);
    return;
  }
  span.recordException(error instanceof Error ? error : String(error));
  span.setStatus({ code: STATUS_ERROR });
};
