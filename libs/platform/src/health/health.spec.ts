import { createLogger } from '../log/logger.js';
import { createMetrics } from '../metrics/metrics.js';
import { createHttpServer, type HttpServer } from '../http/server.js';
import { bindHealth } from './health.js';

const state = { started: false, log: false, nats: true };
let server: HttpServer;

beforeEach(() => {
  Object.assign(state, { started: false, log: false, nats: true });
  const metrics = createMetrics('gateway', { labels: { gateway: 'g1' } });
  const log = createLogger({ service: 'gateway', level: 'silent' });
  server = createHttpServer({ service: 'gateway', log, metrics });
  bindHealth(server, {
    metrics,
    started: () => state.started,
    checks: {
      control_log: () => state.log,
      nats: async () => ({ ok: state.nats, detail: state.nats ? 'connected' : 'away' }),
      broken: () => {
        if (!state.nats) throw new Error('secret');
        return true;
      },
    },
  });
});
afterEach(() => server.close());

const statusOf = async (url: string): Promise<number> => (await server.inject(url)).statusCode;

describe('health', () => {
  it('is alive before it is started', async () => {
    expect(await statusOf('/livez')).toBe(200);
    expect(await statusOf('/startupz')).toBe(503);
  });

  it('is ready only when started and every check holds', async () => {
    state.log = true;
    expect(await statusOf('/readyz')).toBe(503);
    state.started = true;
    expect(await statusOf('/readyz')).toBe(200);
    state.log = false;
    expect(await statusOf('/readyz')).toBe(503);
  });

  it('names what does not hold, and not why a check broke', async () => {
    Object.assign(state, { started: true, log: true, nats: false });
    const answer = await server.inject('/readyz');
    expect(answer.json()).toEqual({
      status: 'unavailable',
      started: true,
      checks: [
        { name: 'control_log', ok: true },
        { name: 'nats', ok: false, detail: 'away' },
        { name: 'broken', ok: false, detail: 'the check failed' },
      ],
    });
  });

  it('shows metrics of the process and of its answers', async () => {
    await server.inject('/livez');
    const { body, headers } = await server.inject('/metrics');
    expect(headers['content-type']).toContain('text/plain');
    expect(body).toContain('process_resident_memory_bytes');
    expect(body).toMatch(
      /estop_http_request_seconds_count\{.*gateway="g1".*route="health\.live".*\} 1/,
    );
  });
});
