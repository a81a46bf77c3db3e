import type { z } from 'zod';
import type { Permission } from '../principal.js';

/**
 * Who may call a route. Exactly one holds for each route, and a test walks them all:
 * - `public`: nobody needs a key.
 * - `gate`: an agent's act; it passes the gateway's one gate. Operators may take part where `operators` names the
 *   permission they need.
 * - `operator`: needs a permission; an agent's key is refused with 403.
 */
export type Access =
  | { readonly kind: 'public' }
  | { readonly kind: 'gate'; readonly operators: Permission | null }
  | { readonly kind: 'operator'; readonly permission: Permission };

export interface RouteDefinition {
  /** Names the route in OpenAPI, traces and metrics, for example `stops.order`. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With `:name` for parameters. */
  readonly path: string;
  readonly access: Access;
  readonly summary: string;
  /** `true`: fixed wire shape shared with AXME's v1 API. */
  readonly axme: boolean;
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly response?: z.ZodType;
  /** The body may come as YAML, too: a document that people write. */
  readonly yaml?: true;
  /** `sse`: the answer is an event stream. */
  readonly answers?: 'json' | 'sse';
  /** The answer is true for its moment alone: none is remembered for an `Idempotency-Key`. */
  readonly momentary?: true;
}

/** Keeps the literal types of a definition, so that handlers are typed by their route. */
export const defineRoute = <const R extends RouteDefinition>(route: R): R => route;

type Parsed<S> = S extends z.ZodType ? z.infer<S> : undefined;

/** What a handler of route `R` is given. */
export interface RouteInput<R extends RouteDefinition> {
  readonly params: Parsed<R['params']>;
  readonly query: Parsed<R['query']>;
  readonly body: Parsed<R['body']>;
}
