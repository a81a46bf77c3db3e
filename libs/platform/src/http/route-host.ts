import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Principal, RouteDefinition, RouteInput } from '#contracts';
import type { ControlView } from '#domain';
import type { Clock } from '../clock/clock.js';
import type { Idempotency } from '../idempotency/idempotency.js';
import type { Logger } from '../log/logger.js';

/** What a service lends to all its routes. */
export interface RouteHost {
  readonly view: Pick<ControlView, 'key' | 'agent'>;
  readonly clock: Clock;
  /** `false`: every route that needs a key answers 503 with `notReadyCode`. */
  ready(): boolean;
  /** While not ready: `true` for a caller who is served on what was known all the same. @default nobody is */
  servesUnproven?(principal: Principal): boolean;
  /** @default 'log_unavailable' */
  readonly notReadyCode?: 'gateway_fenced' | 'log_unavailable';
  /** `null`: `Idempotency-Key` is accepted and has no effect. */
  readonly idempotency: Idempotency | null;
  readonly log: Logger;
  /**
   * Called for every parsed request to a route that needs a key, before an idempotent answer is repeated: the place of
   * the gateway's gate. Refuses by throwing.
   */
  admit?(route: RouteDefinition, call: AnyCall): void;
  /** Called to send a handler's answer, which it does at once, or refuses by throwing. */
  answer?<T>(route: RouteDefinition, call: AnyCall, send: () => T): T;
}

/** `null` on public routes, an operator on operators' routes, either kind behind the gate. */
export type CallerOf<R extends RouteDefinition> = R['access']['kind'] extends 'public'
  ? null
  : R['access']['kind'] extends 'operator'
    ? Extract<Principal, { kind: 'op' }>
    : Principal;

interface CallContext {
  readonly idempotencyKey: string | null;
  readonly requestId: string;
  /** As it is returned in `x-trace-id` and in problems; fit for a correlation id. */
  readonly traceId: string;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** What a handler is given: a request that was read, parsed, authenticated and admitted. */
export interface Call<R extends RouteDefinition> extends CallContext, RouteInput<R> {
  readonly principal: CallerOf<R>;
}

/** A call whose route is not known to the compiler. */
export interface AnyCall extends CallContext {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly principal: Principal | null;
}

/** Returns the body of the answer; `undefined` where the handler has answered by itself (a stream). */
export type Handler<R extends RouteDefinition> = (call: Call<R>) => unknown;

/** A handler whose route is not known to the compiler. */
export type AnyHandler = (call: AnyCall) => unknown;

/** A route with all that it needs to answer. */
export interface Bound {
  readonly route: RouteDefinition;
  readonly host: RouteHost;
  readonly run: AnyHandler;
}
