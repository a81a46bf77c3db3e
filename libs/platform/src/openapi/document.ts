import { z } from 'zod';
import type { RouteDefinition } from '#contracts';
import { Components, type JsonSchema } from './components.js';
import { errorAnswers, PROBLEM_SCHEMA } from './error-answers.js';

export interface OpenApiOptions {
  readonly version: string;
  /** @default 'Estop' */
  readonly title?: string;
}

export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: {
    readonly schemas: Record<string, JsonSchema>;
    readonly securitySchemes: Record<string, JsonSchema>;
  };
}

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly security: readonly Record<string, readonly string[]>[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: JsonSchema;
  readonly responses: Record<string, JsonSchema>;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
}

const ABOUT =
  'The emergency stop for fleets of AI agents. A key goes into `x-api-key` or `Authorization: Bearer`. Errors are `application/problem+json`.';

/** OpenAPI 3.1 of the routes: what they say about themselves, and nothing that they do not. */
export const openApiDocument = (
  routes: readonly RouteDefinition[],
  options: OpenApiOptions,
): OpenApiDocument => {
  const components = new Components();
  components.add('Problem', PROBLEM_SCHEMA);
  const paths: Record<string, Record<string, Operation>> = {};
  for (const route of routes) {
    const path = route.path.replace(/:([A-Za-z0-9_]+)/g, '{$1}');
    (paths[path] ??= {})[route.method.toLowerCase()] = operationOf(route, components);
  }
  const tags = [...new Set(routes.map(tagOf))].sort().map((name) => ({ name }));
  return {
    openapi: '3.1.0',
    info: { title: options.title ?? 'Estop', version: options.version, description: ABOUT },
    tags,
    paths,
    components: { schemas: components.schemas, securitySchemes },
  };
};

const securitySchemes: Record<string, JsonSchema> = {
  apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
  bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'estop_<kind>_<key id>_<secret>' },
};

const tagOf = (route: RouteDefinition): string => route.id.split('.', 1)[0] ?? route.id;

const operationOf = (route: RouteDefinition, components: Components): Operation => ({
  operationId: route.id,
  summary: route.summary,
  description: aboutAccess(route),
  tags: [tagOf(route)],
  security: route.access.kind === 'public' ? [] : [{ apiKey: [] }, { bearer: [] }],
  parameters: parametersOf(route, components),
  ...bodyOf(route, components),
  responses: { '200': successOf(route, components), ...errorAnswers(route) },
});

const aboutAccess = ({ access, axme }: RouteDefinition): string => {
  const wire = axme ? " The wire shape is that of AXME's v1 API." : '';
  if (access.kind === 'public') return `Needs no key.${wire}`;
  if (access.kind === 'operator') {
    return `For operators with the permission \`${access.permission}\`.${wire}`;
  }
  const operators = access.operators ? `; operators need \`${access.operators}\`` : '';
  return `For agents, through the gate${operators}.${wire}`;
};

const parametersOf = (route: RouteDefinition, components: Components): Parameter[] => {
  const names = [...route.path.matchAll(/:([A-Za-z0-9_]+)/g)].map((match) => match[1] as string);
  const described = route.params ? propertiesOf(route.params, components) : {};
  const path = names.map((name) => parameter('path', { name, required: true }, described[name]));
  const inQuery = route.query ? propertiesOf(route.query, components) : {};
  const query = Object.entries(inQuery).map(([name, schema]) =>
    parameter('query', { name, required: false }, schema),
  );
  return [...path, ...query, ...(route.method === 'POST' ? [IDEMPOTENCY_KEY] : [])];
};

const IDEMPOTENCY_KEY: Parameter = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'The same key with the same request gives the first answer again, for a day.',
  schema: { type: 'string', maxLength: 255 },
};

const parameter = (
  where: 'path' | 'query',
  { name, required }: { name: string; required: boolean },
  schema: JsonSchema = { type: 'string' },
): Parameter => {
  const { description } = schema;
  return {
    name,
    in: where,
    required,
    ...(typeof description === 'string' && { description }),
    schema,
  };
};

const propertiesOf = (schema: z.ZodType, components: Components): Record<string, JsonSchema> => {
  if (!(schema instanceof z.ZodObject)) return {};
  const shape = schema.shape as Record<string, z.ZodType>;
  return Object.fromEntries(
    Object.entries(shape).map(([name, part]) => [name, components.schemaOf(part, 'input')]),
  );
};

const bodyOf = (route: RouteDefinition, components: Components): { requestBody?: JsonSchema } => {
  if (!route.body) return {};
  const schema = components.schemaOf(route.body, 'input');
  const required = !route.body.safeParse({}).success;
  const written = route.yaml ? { 'application/yaml': { schema } } : {};
  return { requestBody: { required, content: { 'application/json': { schema }, ...written } } };
};

const successOf = (route: RouteDefinition, components: Components): JsonSchema => {
  if (route.answers === 'sse') {
    const content = { 'text/event-stream': { schema: { type: 'string' } } };
    return { description: 'A stream of events.', content };
  }
  const schema = route.response ? components.schemaOf(route.response, 'output') : {};
  return { description: 'Done.', content: { 'application/json': { schema } } };
};
