import { Controller, Inject, Injectable, Module } from '@nestjs/common';
import { defineRoute } from '#contracts';
import { createLogger } from '../log/logger.js';
import { createMetrics } from '../metrics/metrics.js';
import { systemClock } from '../clock/clock.js';
import { Endpoint } from './endpoint.js';
import { startNestHttp } from './nest-app.js';
import type { Call } from './route-host.js';
import { createHttpServer } from './server.js';

const Hello = defineRoute({
  id: 'hello.say',
  method: 'GET',
  path: '/hello',
  access: { kind: 'public' },
  summary: 'Says hello',
  axme: false,
});

@Injectable()
class Words {
  readonly hello = 'hello';
}

@Controller()
class HelloController {
  constructor(@Inject(Words) private readonly words: Words) {}

  @Endpoint(Hello)
  say({ requestId }: Call<typeof Hello>): unknown {
    return { said: this.words.hello, requestId };
  }
}

@Module({ controllers: [HelloController], providers: [Words] })
class HelloModule {}

describe('@Endpoint', () => {
  it('binds a controller’s method to its route, in the server’s own pipeline', async () => {
    const log = createLogger({ service: 'test', level: 'silent' });
    const metrics = createMetrics('test', { processDefaults: false });
    const server = createHttpServer({ service: 'test', log, metrics });
    const app = await startNestHttp({
      module: HelloModule,
      server,
      log,
      host: () => ({
        view: { key: () => null, agent: () => null },
        clock: systemClock,
        ready: () => true,
        idempotency: null,
        log,
      }),
    });
    const answer = await server.inject({ url: '/hello', headers: { 'x-request-id': 'r1' } });
    expect(answer.json()).toEqual({ said: 'hello', requestId: 'r1' });
    const missing = await server.inject('/nowhere');
    expect(missing.headers['content-type']).toContain('application/problem+json');
    expect(missing.statusCode).toBe(404);
    const wrong = await server.inject({
      method: 'POST',
      url: '/hello',
      payload: '{',
      headers: { 'content-type': 'application/json' },
    });
    expect(wrong.statusCode).toBe(400);
    expect(await metrics.text()).toContain('route="hello.say"');
    await app.close();
  });
});
