import 'reflect-metadata';
import type { DynamicModule, INestApplication, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { Logger } from '../log/logger.js';
import { nestLogger } from '../log/nest-logger.js';
import { bindControllers } from './endpoint.js';
import type { RouteHost } from './route-host.js';
import type { HttpServer } from './server.js';

/**
 * Leaves errors and unknown paths to the server's own handlers: there is one problem filter, not two. Nest's hooks on every
 * request are left out too: they serve what this house does not use (middleware, CORS, versioning).
 */
class RimAdapter extends FastifyAdapter {
  constructor(server: HttpServer) {
    const { addHook } = server;
    server.addHook = () => server;
    try {
      super(server as never);
    } finally {
      server.addHook = addHook;
    }
  }

  /** Nest would bring in its middleware here. */
  override async init(): Promise<void> {}

  override setErrorHandler(): ReturnType<FastifyAdapter['setErrorHandler']> {
    return this.getInstance();
  }

  override setNotFoundHandler(): ReturnType<FastifyAdapter['setNotFoundHandler']> {
    return this.getInstance();
  }
}

export interface NestHttpOptions {
  readonly module: Type | DynamicModule;
  readonly server: HttpServer;
  /** Made from the container, since what routes need often lives there. */
  host(app: INestApplication): RouteHost;
  readonly log: Logger;
}

/**
 * A Nest application on our HTTP server: Nest makes the controllers and runs their life cycle, `@Endpoint` binds their
 * methods. Ready for `inject()`; `listen` opens the port.
 */
export const startNestHttp = async (options: NestHttpOptions): Promise<INestApplication> => {
  const { module, server, log } = options;
  const app = await NestFactory.create(module, new RimAdapter(server), {
    bodyParser: false,
    abortOnError: false,
    logger: nestLogger(log),
  });
  bindControllers(app, server, options.host(app));
  await app.init();
  await server.ready();
  return app;
};
