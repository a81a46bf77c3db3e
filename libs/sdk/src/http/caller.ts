import type { RouteDefinition } from '#contracts';
import type { CallOptions, Query, Request, Transport } from './transport.js';

type Schema = { readonly _zod: { readonly input: unknown; readonly output: unknown } };
type InputOf<S> = S extends Schema ? S['_zod']['input'] : undefined;

/** What a route answers, as its contract says. */
export type AnswerOf<R extends RouteDefinition> = R['response'] extends Schema
  ? R['response']['_zod']['output']
  : unknown;
/** What a route takes in its body; brands are not asked for. */
export type BodyOf<R extends RouteDefinition> = InputOf<R['body']>;

export interface CallInput<R extends RouteDefinition> {
  /** Values for the `:name` parts of the path; they are URL-encoded here. */
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Query;
  readonly body?: BodyOf<R>;
}

/** Calls routes by their definitions, so that path, method and shapes have one source: the contracts. */
export class Caller {
  constructor(readonly transport: Transport) {}

  /** @throws EstopError when the call was refused, or nothing answered. */
  call<R extends RouteDefinition>(
    route: R,
    input: CallInput<R> = {},
    options: CallOptions = {},
  ): Promise<AnswerOf<R>> {
    return this.transport.send<AnswerOf<R>>(requestOf(route, input), options);
  }
}

export const requestOf = <R extends RouteDefinition>(route: R, input: CallInput<R>): Request => ({
  method: route.method,
  path: pathOf(route.path, input.params ?? {}),
  ...(input.query === undefined ? {} : { query: input.query }),
  ...(input.body === undefined ? {} : { body: input.body }),
});

const pathOf = (path: string, params: Readonly<Record<string, string>>): string =>
  path.replace(/:([a-z_]+)/g, (_whole, name: string) => {
    const value = params[name];
    if (value === undefined || value === '') throw new TypeError(`${name} is needed for ${path}`);
    return encodeURIComponent(value);
  });
