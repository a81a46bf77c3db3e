import {
  context,
  propagation,
  ROOT_CONTEXT,
  trace,
  type Context,
  type TextMapPropagator,
} from '@opentelemetry/api';
import { startTelemetry } from './telemetry.js';
import {
  enableTracing,
  extractTrace,
  injectTrace,
  inSpan,
  tracingEnabled,
} from './trace-context.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = `00-${TRACE}-b7ad6b7169203331-01`;

/** Carries the span's identity in `traceparent`, as the W3C propagator of the SDK does. */
const propagator: TextMapPropagator<Record<string, string>> = {
  inject: (active, headers) => {
    const span = trace.getSpanContext(active);
    if (span) headers.traceparent = `00-${span.traceId}-${span.spanId}-01`;
  },
  extract: (active, headers): Context => {
    const [, traceId = '', spanId = ''] = (headers.traceparent ?? '').split('-');
    return trace.setSpanContext(active, { traceId, spanId, traceFlags: 1, isRemote: true });
  },
  fields: () => ['traceparent'],
};

describe('telemetry', () => {
  beforeAll(() => propagation.setGlobalPropagator(propagator));
  afterEach(() => enableTracing(false));

  it('is off, and injects nothing, where traces have nowhere to go', async () => {
    const telemetry = await startTelemetry({ service: 'spec', otlpUrl: null });
    expect(tracingEnabled()).toBe(false);
    expect(await inSpan('x', { headers: { traceparent: PARENT } }, () => injectTrace())).toEqual(
      {},
    );
    expect(extractTrace({ traceparent: PARENT })).toBe(context.active());
    await telemetry.stop();
  });

  it('finds the trace that came with headers once it is on', () => {
    enableTracing();
    const found = trace.getSpanContext(extractTrace({ traceparent: PARENT }));
    expect(found?.traceId).toBe(TRACE);
    expect(context.active()).toBe(ROOT_CONTEXT);
  });

  it('passes the result and the error of the work on', async () => {
    enableTracing();
    expect(await inSpan('works', {}, () => 7)).toBe(7);
    const failing = inSpan('fails', {}, () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
  });
});
