import 'reflect-metadata';
import type { INestApplicationContext } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { RouteDefinition } from '#contracts';
import { bindRoute } from './bind-route.js';
import type { Handler, RouteHost } from './route-host.js';
import type { HttpServer } from './server.js';

const ROUTE = Symbol('estop.route');

/**
 * Makes a controller's method the handler of a route: it is given the route's `Call` and returns the body of the answer.
 * The route's definition says all the rest: path, access, schemas.
 */
export const Endpoint =
  <R extends RouteDefinition>(route: R) =>
  <M extends Handler<R>>(
    _target: object,
    _name: string | symbol,
    method: TypedPropertyDescriptor<M>,
  ): void => {
    if (method.value) Reflect.defineMetadata(ROUTE, route, method.value);
  };

/** Binds every `@Endpoint` of every controller in the container; answers the routes that it bound. */
export const bindControllers = (
  app: INestApplicationContext,
  server: HttpServer,
  host: RouteHost,
): RouteDefinition[] => {
  const bound: RouteDefinition[] = [];
  for (const module of app.get(ModulesContainer).values()) {
    for (const { instance } of module.controllers.values()) {
      for (const { route, handler } of endpointsOf(instance)) {
        bindRoute(server, route, host, handler);
        bound.push(route);
      }
    }
  }
  return bound;
};

interface FoundEndpoint {
  readonly route: RouteDefinition;
  readonly handler: (call: unknown) => unknown;
}

const endpointsOf = (controller: object): FoundEndpoint[] => {
  const prototype = Object.getPrototypeOf(controller) as object;
  return Object.getOwnPropertyNames(prototype).flatMap((name) => {
    const method: unknown = Object.getOwnPropertyDescriptor(prototype, name)?.value;
    if (typeof method !== 'function') return [];
    const route = Reflect.getMetadata(ROUTE, method) as RouteDefinition | undefined;
    return route
      ? [{ route, handler: (call: unknown): unknown => method.call(controller, call) }]
      : [];
  });
};
