import type { HttpServer } from '../http/server.js';
import type { Metrics } from '../metrics/metrics.js';

export interface Check {
  readonly ok: boolean;
  /** For people: what is missing. */
  readonly detail?: string;
}

export interface HealthOptions {
  readonly metrics: Metrics;
  /** `true` once the start is finished; never `false` again. */
  started(): boolean;
  /** What must hold for the service to be given traffic, by name. */
  readonly checks: Readonly<Record<string, () => Check | boolean | Promise<Check | boolean>>>;
}

const CHECK_MS_MAX = 1000;

/**
 * Adds what an orchestrator asks: `/livez` (the event loop turns: restart me if not), `/startupz` (the start is finished),
 * `/readyz` (give me traffic; 503 with the failed checks if not) and `/metrics` for Prometheus. None needs a key.
 */
export const bindHealth = (server: HttpServer, options: HealthOptions): void => {
  const config = (routeId: string) => ({ config: { routeId } });
  server.get('/livez', config('health.live'), () => ({ status: 'ok' }));
  server.get('/startupz', config('health.startup'), (_request, reply) => {
    const started = options.started();
    void reply.code(started ? 200 : 503);
    return { status: started ? 'ok' : 'starting' };
  });
  server.get('/readyz', config('health.ready'), async (_request, reply) => {
    const checks = await Promise.all(Object.entries(options.checks).map(runCheck));
    const ready = options.started() && checks.every(({ ok }) => ok);
    void reply.code(ready ? 200 : 503).header('cache-control', 'no-store');
    return { status: ready ? 'ok' : 'unavailable', started: options.started(), checks };
  });
  server.get('/metrics', config('health.metrics'), async (_request, reply) => {
    void reply.type(options.metrics.contentType);
    return options.metrics.text();
  });
};

type CheckResult = Check & { readonly name: string };

const runCheck = async ([name, check]: [
  string,
  HealthOptions['checks'][string],
]): Promise<CheckResult> => {
  try {
    const result = await Promise.race([check(), late()]);
    return typeof result === 'boolean' ? { name, ok: result } : { name, ...result };
  } catch {
    return { name, ok: false, detail: 'the check failed' };
  }
};

const late = (): Promise<Check> =>
  new Promise((resolve) => {
    const answer = { ok: false, detail: `no answer within ${CHECK_MS_MAX} ms` };
    setTimeout(() => resolve(answer), CHECK_MS_MAX).unref();
  });
